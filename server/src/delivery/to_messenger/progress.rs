//! How far a message of several parts has come. It stands in the payload of its letter, from try to try, and stays there
//! when the letter dies and is tried again.

use serde::{Deserialize, Serialize};

/// What was taken of a message already.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Progress {
    /// Parts.
    pub parts: usize,
    /// The first of them was its file: what becomes of the file since changes nothing any more.
    pub filed: bool,
    /// The name above it: one that changes would move every cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

impl Progress {
    /// Nothing yet, when nothing else can be read.
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
        let progress = Progress { parts: 2, filed: true, signature: Some("Anna".to_owned()) };
        assert_eq!(Progress::read(&progress.written()), progress);
        assert_eq!(Progress::read(""), Progress::default());
    }
}
