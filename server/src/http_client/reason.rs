//! Why a connection did not work, in words: libraries say it in English and in many ways.

use crate::words::Said;

/// What libraries and systems say, in lower case, and the sentence it is.
const KNOWN: &[(&[&str], &str)] = &[
    (&["dns error", "failed to lookup", "name or service not known"], "said-net-name"),
    (&["connection refused"], "said-net-refused"),
    (&["certificate", "tls", "handshake"], "said-net-certificate"),
    (&["timed out", "timeout", "deadline"], "said-net-late"),
    (&["unreachable"], "said-net-unreachable"),
    (
        &["connection reset", "broken pipe", "connection closed", "unexpected eof", "incomplete", "reading a body"],
        "said-net-cut",
    ),
];

/// A library's reason as a sentence; one that nobody knows stays as it is.
pub fn said(reason: &str) -> Said {
    let text = reason.to_lowercase();
    let found = KNOWN.iter().find(|(signs, _)| signs.iter().any(|sign| text.contains(sign)));
    found.map_or_else(|| Said::quoted(reason), |(_, key)| Said::new(*key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_libraries_say_becomes_a_sentence() {
        for (reason, key) in [
            ("error sending request: client error (Connect): dns error: failed to lookup address", "said-net-name"),
            ("client error (Connect): tcp connect error: Connection refused (os error 111)", "said-net-refused"),
            ("client error (Connect): invalid peer certificate: UnknownIssuer", "said-net-certificate"),
            ("error sending request: operation timed out", "said-net-late"),
            ("tcp connect error: Network is unreachable (os error 101)", "said-net-unreachable"),
            ("connection closed before message completed", "said-net-cut"),
        ] {
            assert_eq!(said(reason), Said::new(key), "{reason}");
        }
        assert_eq!(said("a whale"), Said::quoted("a whale"));
    }
}
