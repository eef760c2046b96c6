//! Progress of a message that takes several requests: parts, and the requests of a part. Stored in the payload of its letter between attempts, and kept when the
//! letter dies and is sent again.

use serde::{Deserialize, Serialize};

/// What of a message was already sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SendProgress {
    /// Number of whole parts.
    pub parts: usize,
    /// What was done of the part that follows them, as its connector wrote it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub within: String,
    /// The first part was its file, so later changes of the file no longer matter.
    pub filed: bool,
    /// The signature used: a different one would move every split.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

impl SendProgress {
    /// Nothing sent yet, if the payload contains no progress.
    pub fn read(payload: &str) -> Self {
        serde_json::from_str(payload).unwrap_or_default()
    }

    pub fn written(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub fn is_begun(&self) -> bool {
        self.parts > 0 || !self.within.is_empty()
    }

    /// The progress after one more request; none if that was the last one. `within`: what its connector says if its
    /// part goes on; `has_parts`: whether parts follow.
    pub fn after(self, within: Option<String>, has_parts: bool) -> Option<Self> {
        match within {
            Some(within) => Some(Self { within, ..self }),
            None if has_parts => Some(Self { parts: self.parts + 1, within: String::new(), ..self }),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_read_as_it_is_written_and_nothing_is_the_beginning() {
        let progress =
            SendProgress { parts: 2, within: "[\"sent\"]".to_owned(), filed: true, signature: Some("Anna".to_owned()) };
        assert_eq!(SendProgress::read(&progress.written()), progress);
        assert_eq!(SendProgress::read(""), SendProgress::default());
        let older = SendProgress { parts: 1, ..SendProgress::default() };
        assert_eq!(SendProgress::read(r#"{"parts":1,"filed":false}"#), older, "of a version before");
    }

    #[test]
    fn requests_are_counted_within_a_part_and_parts_within_a_message() {
        let begun = SendProgress { parts: 1, within: "x".to_owned(), ..SendProgress::default() };
        let inside = begun.clone().after(Some("y".to_owned()), true);
        assert_eq!(inside, Some(SendProgress { within: "y".to_owned(), ..begun.clone() }));
        assert_eq!(begun.clone().after(None, true), Some(SendProgress { parts: 2, ..SendProgress::default() }));
        assert_eq!(begun.after(None, false), None);
    }
}
