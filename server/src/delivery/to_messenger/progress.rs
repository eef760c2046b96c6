//! Progress of a message with several parts. Stored in the payload of its letter between attempts, and kept when the
//! letter dies and is sent again.

use serde::{Deserialize, Serialize};

/// The parts of a message that were already sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SendProgress {
    /// Number of parts.
    pub parts: usize,
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_read_as_it_is_written_and_nothing_is_the_beginning() {
        let progress = SendProgress { parts: 2, filed: true, signature: Some("Anna".to_owned()) };
        assert_eq!(SendProgress::read(&progress.written()), progress);
        assert_eq!(SendProgress::read(""), SendProgress::default());
    }
}
