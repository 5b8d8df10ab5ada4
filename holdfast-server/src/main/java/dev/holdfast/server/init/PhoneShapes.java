package dev.holdfast.server.init;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import java.util.List;
import java.util.regex.Pattern;

/// What phone numbers look like, by the numbering plans that libphonenumber knows.
final class PhoneShapes {
    /// Regions whose numbers are recognised without a country code.
    static final List<String> REGIONS =
            List.of("US", "GB", "DE", "FR", "ES", "IT", "NL", "PL", "SE", "CH", "BR", "IN", "AU");

    private static final PhoneNumberUtil PLANS = PhoneNumberUtil.getInstance();
    private static final String NO_REGION = "ZZ";
    private static final Pattern INTERNATIONAL =
            Pattern.compile("(?:\\+|00)[1-9][0-9 ()./-]{6,20}(?: ?x ?\\d+)?");

    /// With separators: a bare row of digits may be anything.
    private static final Pattern NATIONAL =
            Pattern.compile(
                    "(?=.*\\d[ ()./-]+\\d)[(0-9][0-9 ()./-]{7,20}(?: ?(?:x|ext\\.?) ?\\d+)?");

    private static final Pattern DATE_OR_VERSION =
            Pattern.compile(
                    "\\d{4}-\\d\\d?-\\d\\d?.*|\\d\\d?[./]\\d\\d?[./]\\d{2,4}.*|\\d+(?:\\.\\d+){2,}");

    private PhoneShapes() {}

    /// Whether a value is a phone number with its country code.
    static boolean international(String value) {
        return INTERNATIONAL.matcher(value).matches()
                && valid(value.startsWith("00") ? "+" + value.substring(2) : value, NO_REGION);
    }

    /// Whether a number of 11 to 15 digits is a phone number whose plus sign was lost.
    static boolean withoutPlus(String digits) {
        return digits.length() >= 11 && digits.length() <= 15 && valid("+" + digits, NO_REGION);
    }

    /// Whether a value is written as a phone number of a region, and is one there.
    static boolean national(String value, String region) {
        return NATIONAL.matcher(value).matches()
                && !DATE_OR_VERSION.matcher(value).matches()
                && valid(value, region);
    }

    /// Whether a phone number with its country code stands in a text.
    static boolean inText(String text) {
        return text.indexOf('+') >= 0
                && PLANS.findNumbers(text, NO_REGION, PhoneNumberUtil.Leniency.VALID, 3)
                        .iterator()
                        .hasNext();
    }

    private static boolean valid(String value, String region) {
        try {
            return PLANS.isValidNumber(PLANS.parse(value, region));
        } catch (NumberParseException _) {
            return false;
        }
    }
}
