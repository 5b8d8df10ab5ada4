package dev.holdfast.server.init;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Takes an identifier apart: `customerEmail2`, `customer_email_2` and `CUSTOMER-EMAIL` are the words
/// customer and email.
final class Words {
    /// Words that are often written together.
    private static final Map<String, List<String>> COMPOUNDS =
            Map.ofEntries(
                    Map.entry("emailaddress", List.of("email", "address")),
                    Map.entry("emailaddr", List.of("email", "address")),
                    Map.entry("mailaddress", List.of("email", "address")),
                    Map.entry("emails", List.of("email")),
                    Map.entry("phonenumber", List.of("phone", "number")),
                    Map.entry("phoneno", List.of("phone", "number")),
                    Map.entry("mobileno", List.of("mobile", "number")),
                    Map.entry("mobilephone", List.of("mobile", "phone")),
                    Map.entry("cellphone", List.of("cell", "phone")),
                    Map.entry("telephone", List.of("phone")),
                    Map.entry("telefon", List.of("phone")),
                    Map.entry("telefono", List.of("phone")),
                    Map.entry("telno", List.of("phone", "number")),
                    Map.entry("firstname", List.of("first", "name")),
                    Map.entry("fname", List.of("first", "name")),
                    Map.entry("forename", List.of("first", "name")),
                    Map.entry("vorname", List.of("first", "name")),
                    Map.entry("prenom", List.of("first", "name")),
                    Map.entry("lastname", List.of("last", "name")),
                    Map.entry("lname", List.of("last", "name")),
                    Map.entry("surname", List.of("last", "name")),
                    Map.entry("nachname", List.of("last", "name")),
                    Map.entry("apellido", List.of("last", "name")),
                    Map.entry("fullname", List.of("full", "name")),
                    Map.entry("middlename", List.of("middle", "name")),
                    Map.entry("maidenname", List.of("maiden", "name")),
                    Map.entry("nickname", List.of("nick", "name")),
                    Map.entry("username", List.of("user", "name")),
                    Map.entry("displayname", List.of("display", "name")),
                    Map.entry("birthdate", List.of("birth", "date")),
                    Map.entry("birthday", List.of("birth", "date")),
                    Map.entry("dateofbirth", List.of("birth", "date")),
                    Map.entry("geburtsdatum", List.of("birth", "date")),
                    Map.entry("ipaddress", List.of("ip", "address")),
                    Map.entry("ipaddr", List.of("ip", "address")),
                    Map.entry("streetaddress", List.of("street", "address")),
                    Map.entry("cardnumber", List.of("card", "number")),
                    Map.entry("cardno", List.of("card", "number")),
                    Map.entry("ccnumber", List.of("card", "number")),
                    Map.entry("ccnum", List.of("card", "number")),
                    Map.entry("creditcard", List.of("credit", "card")),
                    Map.entry("accountnumber", List.of("account", "number")),
                    Map.entry("passwordhash", List.of("password", "hash")),
                    Map.entry("passwd", List.of("password")),
                    Map.entry("pwd", List.of("password")),
                    Map.entry("passphrase", List.of("password")),
                    Map.entry("passcode", List.of("password")),
                    Map.entry("passhash", List.of("password", "hash")),
                    Map.entry("kennwort", List.of("password")),
                    Map.entry("passwort", List.of("password")),
                    Map.entry("apikey", List.of("api", "key")),
                    Map.entry("accesstoken", List.of("access", "token")),
                    Map.entry("refreshtoken", List.of("refresh", "token")),
                    Map.entry("authtoken", List.of("auth", "token")),
                    Map.entry("privatekey", List.of("private", "key")),
                    Map.entry("secretkey", List.of("secret", "key")),
                    Map.entry("sessionid", List.of("session", "id")),
                    Map.entry("sessionkey", List.of("session", "key")),
                    Map.entry("keystore", List.of("key", "vault")),
                    Map.entry("keyring", List.of("key", "vault")),
                    Map.entry("geolocation", List.of("geo", "location")),
                    Map.entry("latlng", List.of("latitude", "longitude")),
                    Map.entry("latlon", List.of("latitude", "longitude")),
                    Map.entry("addr", List.of("address")),
                    Map.entry("adresse", List.of("address")),
                    Map.entry("direccion", List.of("address")),
                    Map.entry("num", List.of("number")),
                    Map.entry("no", List.of("number")),
                    Map.entry("nr", List.of("number")),
                    Map.entry("lat", List.of("latitude")),
                    Map.entry("lng", List.of("longitude")),
                    Map.entry("lon", List.of("longitude")),
                    Map.entry("tel", List.of("phone")));

    private Words() {}

    /// The words of an identifier in lower case, in the singular, without numbers.
    static List<String> of(String identifier) {
        List<String> words = new ArrayList<>();
        String spaced =
                identifier
                        .replaceAll("(\\p{Ll})(\\p{Lu})", "$1 $2")
                        .replaceAll("(\\p{Lu})(\\p{Lu}\\p{Ll})", "$1 $2");
        for (String part : spaced.toLowerCase(Locale.ROOT).split("[^\\p{L}]+", -1)) {
            if (part.isEmpty()) {
                continue;
            }
            List<String> compound = COMPOUNDS.get(part);
            if (compound == null) {
                words.add(singular(part));
            } else {
                words.addAll(compound);
            }
        }
        return joined(words);
    }

    /// Two words that are one: `e_mail`, `key_store`.
    private static List<String> joined(List<String> words) {
        List<String> joined = new ArrayList<>();
        for (String word : words) {
            String before = joined.isEmpty() ? "" : joined.getLast();
            String one =
                    switch (before + " " + word) {
                        case "e mail" -> "email";
                        case "key store", "key ring" -> "vault";
                        default -> "";
                    };
            if (one.isEmpty()) {
                joined.add(word);
            } else {
                joined.set(joined.size() - 1, one);
            }
        }
        return List.copyOf(joined);
    }

    private static String singular(String word) {
        if (word.length() < 4
                || word.endsWith("ss")
                || word.endsWith("us")
                || word.endsWith("is")) {
            return word;
        }
        if (word.endsWith("ies")) {
            return word.substring(0, word.length() - 3) + "y";
        }
        if (word.endsWith("sses")
                || word.endsWith("tuses")
                || word.endsWith("ches")
                || word.endsWith("xes")) {
            return word.substring(0, word.length() - 2);
        }
        if (word.equals("people")) {
            return "person";
        }
        return word.endsWith("s") ? word.substring(0, word.length() - 1) : word;
    }
}
