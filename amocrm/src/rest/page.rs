//! Paged lists.

use serde_json::Value;

use super::read;
use super::request::Query;
use crate::error::Error;
use crate::lenient;
use crate::transport::Answer;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items, except those without an id.
    pub items: Vec<T>,
    /// Whether another page follows. amoCRM's link to it is not returned, because it is an untrusted address; request
    /// the next number instead.
    pub has_more: bool,
}

impl<T> Page<T> {
    /// The page with this number, counted from 1. 204 is an empty page past the end.
    pub(super) fn read(
        answer: &Answer,
        page: u32,
        key: &str,
        item: impl Fn(&Value) -> Option<T>,
    ) -> Result<Self, Error> {
        if answer.status == 204 {
            return Ok(Self { items: Vec::new(), has_more: false });
        }
        let object = answer.object()?;
        let items = read::embedded_in(answer, &object, key, item)?;
        // Either is sufficient: some accounts send the link, others only the count.
        let linked = object.get("_links").is_some_and(|links| lenient::present(links, "next").is_some());
        let has_more = linked || lenient::number(&object, "_page_count").is_some_and(|pages| pages > i64::from(page));
        Ok(Self { items, has_more })
    }
}

/// The query of a page.
pub(super) fn numbered(page: u32, limit: u32) -> Query {
    vec![("page", page.to_string()), ("limit", limit.to_string())]
}
