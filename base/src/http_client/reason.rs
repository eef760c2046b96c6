//! Localised reasons of failed connections: libraries give English texts that vary.

use std::io;

use crate::i18n::LocalizedText;

/// Texts of system resolvers for an unknown name (EAI_NONAME, EAI_NODATA), in lower case. The standard library has no
/// error kind for it.
const NO_SUCH_NAME: [&str; 4] = [
    "name or service not known",
    "no address associated with",
    "name does not resolve",
    "nodename nor servname provided",
];

/// Texts of libraries and systems, in lower case, and the message key for each.
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

/// Whether the host does not exist or refuses connections on this port. False for temporary failures: a resolver that
/// does not answer, a network that is down.
pub fn is_no_server(error: &(dyn std::error::Error + 'static)) -> bool {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.filter_map(|cause| cause.downcast_ref::<io::Error>()).any(|cause| {
        let words = cause.to_string().to_lowercase();
        cause.kind() == io::ErrorKind::ConnectionRefused || NO_SUCH_NAME.iter().any(|sign| words.contains(sign))
    })
}

/// A library's reason as a localised text; an unknown one is unchanged.
pub fn explain(reason: &str) -> LocalizedText {
    let text = reason.to_lowercase();
    let found = KNOWN.iter().find(|(signs, _)| signs.iter().any(|sign| text.contains(sign)));
    found.map_or_else(|| LocalizedText::quoted(reason), |(_, key)| LocalizedText::new(*key))
}

/// Why a call was not accepted, in English: the status of its answer, or why there is none; `None` after a 2xx. The
/// address is left out, because it may contain a token.
pub fn not_accepted(answer: reqwest::Result<reqwest::Response>) -> Option<String> {
    match answer {
        Ok(answer) if answer.status().is_success() => None,
        Ok(answer) => {
            let status = i64::from(answer.status().as_u16());
            Some(LocalizedText::new("said-server-answered").with("status", status).to_string())
        }
        Err(error) => Some(explain(&format!("{:#}", anyhow::Error::from(error.without_url()))).to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unreachable_host_is_distinguished_from_a_temporary_failure() {
        let lookup = |words: &str| io::Error::other(format!("failed to lookup address information: {words}"));
        for nobody in [
            io::Error::from(io::ErrorKind::ConnectionRefused),
            lookup("Name or service not known"),
            lookup("No address associated with hostname"),
            lookup("Name does not resolve"),
        ] {
            assert!(is_no_server(&nobody), "{nobody}");
        }
        for passing in [lookup("Temporary failure in name resolution"), io::ErrorKind::NetworkUnreachable.into()] {
            assert!(!is_no_server(&passing), "{passing}");
        }
    }

    #[test]
    fn messages_of_libraries_become_sentences() {
        for (reason, key) in [
            ("error sending request: client error (Connect): dns error: failed to lookup address", "said-net-name"),
            ("client error (Connect): tcp connect error: Connection refused (os error 111)", "said-net-refused"),
            ("client error (Connect): invalid peer certificate: UnknownIssuer", "said-net-certificate"),
            ("error sending request: operation timed out", "said-net-late"),
            ("tcp connect error: Network is unreachable (os error 101)", "said-net-unreachable"),
            ("connection closed before message completed", "said-net-cut"),
        ] {
            assert_eq!(explain(reason), LocalizedText::new(key), "{reason}");
        }
        assert_eq!(explain("a whale"), LocalizedText::quoted("a whale"));
    }
}
