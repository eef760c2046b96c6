//! Paging of lists: newest first, with an opaque cursor that is bound to its list and filters.

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

const USUAL: u64 = 50;
const MOST: u64 = 200;

/// One page of a list, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListOut<T> {
    pub items: Vec<T>,
    /// Pass it as `cursor`, with the same filters, to get the next page; null on the last page.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// The content of a cursor.
#[derive(Debug, Serialize, Deserialize)]
struct CursorContent {
    /// Hash of the list and its filters.
    f: String,
    /// The last id of the previous page.
    l: Uuid,
}

/// The requested page.
#[derive(Debug)]
pub struct PageRequest {
    pub limit: u64,
    /// Returns only rows older than this id.
    pub after: Option<Uuid>,
    filters: String,
}

impl PageRequest {
    /// Parses `limit` and `cursor`; `filters` are the list's name and everything that selects its rows.
    pub fn read(limit: Option<&str>, cursor: Option<&str>, filters: &[&str]) -> Result<Self> {
        let limit = match limit {
            None => USUAL,
            Some(text) => text
                .parse()
                .ok()
                .filter(|limit| (1..=MOST).contains(limit))
                .ok_or_else(|| Error::field("/limit", LocalizedText::new("said-page-limit").with("most", MOST)))?,
        };
        let filters = hash(filters);
        let after = match cursor {
            None => None,
            Some(text) => {
                let mark =
                    decode(text).ok_or_else(|| Error::field("/cursor", LocalizedText::new("said-cursor-wrong")))?;
                if mark.f != filters {
                    return Err(Error::field("/cursor", LocalizedText::new("said-cursor-other")));
                }
                Some(mark.l)
            }
        };
        Ok(Self { limit, after, filters })
    }

    /// The number of rows to read: one more than a page, to know whether there is a next page.
    pub fn rows(&self) -> u64 {
        self.limit + 1
    }

    /// Drops the extra row and builds the cursor of the next page.
    pub fn cut<T>(&self, mut rows: Vec<T>, id: impl Fn(&T) -> Uuid) -> (Vec<T>, Option<String>) {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next =
            rows.last().filter(|_| more).map(|last| encode(&CursorContent { f: self.filters.clone(), l: id(last) }));
        (rows, next)
    }
}

fn hash(filters: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in filters {
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    hex::encode(&hash.finalize()[..8])
}

fn encode(mark: &CursorContent) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(mark).unwrap_or_default())
}

fn decode(text: &str) -> Option<CursorContent> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(count: u128) -> Vec<Uuid> {
        (1..=count).rev().map(Uuid::from_u128).collect()
    }

    #[test]
    fn a_page_that_ends_exactly_has_no_next() {
        let page = PageRequest::read(Some("5"), None, &["list"]).unwrap();
        assert_eq!(page.cut(ids(5), |id| *id).1, None);
    }

    #[test]
    fn a_cursor_is_bound_to_its_filters() {
        let page = PageRequest::read(Some("1"), None, &["list", "a"]).unwrap();
        let cursor = page.cut(ids(2), |id| *id).1.unwrap();
        assert!(PageRequest::read(None, Some(&cursor), &["list", "a"]).is_ok());
        let others: [&[&str]; 4] = [&["list", "b"], &["lista"], &["list"], &["other", "a"]];
        for filters in others {
            assert!(matches!(PageRequest::read(None, Some(&cursor), filters), Err(Error::Invalid(_))));
        }
        for broken in ["", "!", "e30", "bm9wZQ"] {
            assert!(matches!(PageRequest::read(None, Some(broken), &["list", "a"]), Err(Error::Invalid(_))));
        }
    }

    #[test]
    fn limits() {
        assert_eq!(PageRequest::read(None, None, &[]).unwrap().limit, 50);
        assert_eq!(PageRequest::read(Some("200"), None, &[]).unwrap().limit, 200);
        for wrong in ["0", "201", "-1", "x", "", "1.5"] {
            assert!(matches!(PageRequest::read(Some(wrong), None, &[]), Err(Error::Invalid(_))), "{wrong}");
        }
    }
}
