package dev.holdfast.server.init;

import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.validator.routines.checkdigit.EAN13CheckDigit;
import org.apache.commons.validator.routines.checkdigit.LuhnCheckDigit;
import org.apache.commons.validator.routines.checkdigit.VerhoeffCheckDigit;

/// Identity numbers that carry a check digit, so that many of them in one column are no chance.
final class NationalIds {
    private static final Pattern BRITISH =
            Pattern.compile(
                    "(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\\d{2} ?\\d{2} ?\\d{2} ?[A-D]");
    private static final Pattern SPANISH = Pattern.compile("[XYZ]?\\d{7,8}-?[A-HJ-NP-TV-Z]");
    private static final String SPANISH_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE";
    private static final Pattern ITALIAN =
            Pattern.compile("[A-Z]{6}\\d{2}[A-EHLMPRST]\\d{2}[A-Z]\\d{3}[A-Z]");
    private static final Pattern FRENCH =
            Pattern.compile("[12]\\d{2}(?:0[1-9]|1[0-2])[0-9AB]\\d{9}");
    private static final Pattern SWISS = Pattern.compile("756\\.?\\d{4}\\.?\\d{4}\\.?\\d{2}");
    private static final Pattern DUTCH = Pattern.compile("\\d{9}");
    private static final Pattern BRAZILIAN = Pattern.compile("\\d{3}\\.?\\d{3}\\.?\\d{3}-?\\d{2}");
    private static final Pattern POLISH = Pattern.compile("\\d{11}");
    private static final Pattern SWEDISH =
            Pattern.compile(
                    "(?:19|20)?(\\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01]))[-+]?(\\d{4})");
    private static final Pattern INDIAN = Pattern.compile("[2-9]\\d{3} ?\\d{4} ?\\d{4}");

    private static final int[] DUTCH_WEIGHTS = {9, 8, 7, 6, 5, 4, 3, 2, -1};
    private static final int[] POLISH_WEIGHTS = {1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1};
    private static final BigInteger NINETY_SEVEN = BigInteger.valueOf(97);

    private NationalIds() {}

    /// National Insurance number; it has no check digit, but a form of its own.
    static boolean britishNumber(String value) {
        return BRITISH.matcher(value).matches();
    }

    /// DNI and NIE.
    static boolean spanishNumber(String value) {
        if (!SPANISH.matcher(value).matches()) {
            return false;
        }
        String digits =
                value.substring(0, value.length() - 1)
                        .replace("-", "")
                        .replace('X', '0')
                        .replace('Y', '1')
                        .replace('Z', '2');
        return digits.length() == 8
                && SPANISH_LETTERS.charAt(Integer.parseInt(digits) % 23)
                        == value.charAt(value.length() - 1);
    }

    /// Codice fiscale, by its form.
    static boolean italianCode(String value) {
        return ITALIAN.matcher(value).matches();
    }

    /// Numéro de sécurité sociale: the last two digits are 97 minus the rest of the division.
    static boolean frenchNumber(String value) {
        String plain = value.replace(" ", "");
        if (!FRENCH.matcher(plain).matches() || plain.length() != 15) {
            return false;
        }
        String digits = plain.replace('A', '0').replace('B', '0');
        BigInteger number = new BigInteger(digits.substring(0, 13));
        int key = Integer.parseInt(digits.substring(13));
        return 97 - number.mod(NINETY_SEVEN).intValue() == key;
    }

    /// AHV number: an EAN-13 of Switzerland's own range.
    static boolean swissNumber(String value) {
        return SWISS.matcher(value).matches()
                && EAN13CheckDigit.EAN13_CHECK_DIGIT.isValid(value.replace(".", ""));
    }

    /// Burgerservicenummer, by the "eleven test".
    static boolean dutchNumber(String value) {
        return DUTCH.matcher(value).matches() && weighted(value, DUTCH_WEIGHTS) % 11 == 0;
    }

    /// CPF: two check digits.
    static boolean brazilianNumber(String value) {
        if (!BRAZILIAN.matcher(value).matches()) {
            return false;
        }
        String digits = value.replaceAll("[.-]", "");
        return digits.chars().distinct().count() > 1
                && brazilianDigit(digits, 9) == digits.charAt(9) - '0'
                && brazilianDigit(digits, 10) == digits.charAt(10) - '0';
    }

    private static int brazilianDigit(String digits, int count) {
        int sum = 0;
        for (int i = 0; i < count; i++) {
            sum += (digits.charAt(i) - '0') * (count + 1 - i);
        }
        int rest = sum * 10 % 11;
        return rest == 10 ? 0 : rest;
    }

    /// PESEL: a date and a check digit.
    static boolean polishNumber(String value) {
        if (!POLISH.matcher(value).matches() || weighted(value, POLISH_WEIGHTS) % 10 != 0) {
            return false;
        }
        int month = Integer.parseInt(value.substring(2, 4)) % 20;
        int day = Integer.parseInt(value.substring(4, 6));
        return month >= 1 && month <= 12 && day >= 1 && day <= 31;
    }

    /// Personnummer: a date and a Luhn digit.
    static boolean swedishNumber(String value) {
        Matcher matcher = SWEDISH.matcher(value);
        return matcher.matches()
                && LuhnCheckDigit.LUHN_CHECK_DIGIT.isValid(matcher.group(1) + matcher.group(2));
    }

    /// Aadhaar: a Verhoeff digit.
    static boolean indianNumber(String value) {
        return INDIAN.matcher(value).matches()
                && VerhoeffCheckDigit.VERHOEFF_CHECK_DIGIT.isValid(value.replace(" ", ""));
    }

    private static int weighted(String digits, int[] weights) {
        int sum = 0;
        for (int i = 0; i < weights.length; i++) {
            sum += (digits.charAt(i) - '0') * weights[i];
        }
        return sum;
    }
}
