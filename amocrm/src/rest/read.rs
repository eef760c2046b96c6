//! Common parts of the CRM API's answers: embedded lists, pages, and the results of a batch.

use serde::Serialize;
use serde_json::Value;

use super::request::Query;
use crate::error::Error;
use crate::lenient;
use crate::transport::Answer;

/// The embedded list of an answer. 204 is an empty one.
pub(super) fn embedded<T>(answer: &Answer, key: &str, item: impl Fn(&Value) -> Option<T>) -> Result<Vec<T>, Error> {
    if answer.status == 204 { Ok(Vec::new()) } else { embedded_in(answer, &answer.object()?, key, item) }
}

/// The list of written items; an empty one is an error.
pub(super) fn written<T>(answer: &Answer, key: &str, item: impl Fn(&Value) -> Option<T>) -> Result<Vec<T>, Error> {
    embedded_in(answer, &answer.object()?, key, item)
}

/// The embedded list of a body, except items without their required fields.
pub(super) fn embedded_in<T>(
    answer: &Answer,
    object: &Value,
    key: &str,
    item: impl Fn(&Value) -> Option<T>,
) -> Result<Vec<T>, Error> {
    let embedded = object.get("_embedded").ok_or_else(|| answer.unreadable("_embedded is missing"))?;
    Ok(lenient::list(embedded, key).into_iter().filter_map(item).collect())
}

/// An object that may not exist: some calls report that by 204, others by 404 (crm-api §0).
pub(super) fn found<T>(answer: Result<Answer, Error>, item: impl Fn(&Value) -> Option<T>) -> Result<Option<T>, Error> {
    match answer {
        Err(Error::Refused { status: 404, .. }) => Ok(None),
        Ok(answer) if answer.status == 204 => Ok(None),
        other => bare(&other?, item).map(Some),
    }
}

/// An object that must exist, as the body itself.
pub(super) fn bare<T>(answer: &Answer, item: impl Fn(&Value) -> Option<T>) -> Result<T, Error> {
    item(&answer.object()?).ok_or_else(|| answer.unreadable("the id is missing"))
}

/// One written object: alone, or the only one of a list, as for a batch of one.
pub(super) fn one<T>(answer: &Answer, key: &str, item: impl Fn(&Value) -> Option<T>) -> Result<T, Error> {
    bare(answer, |body| {
        let listed = || lenient::list(body.get("_embedded")?, key).into_iter().find_map(&item);
        item(body).or_else(listed)
    })
}

/// The ids of embedded objects, e.g. a contact's leads.
pub(super) fn embedded_ids(object: &Value, key: &str) -> Vec<i64> {
    let listed = object.get("_embedded").map(|embedded| lenient::list(embedded, key)).unwrap_or_default();
    listed.into_iter().filter_map(|item| lenient::number(item, "id")).collect()
}

/// Maximum number of items per call here: amoCRM accepts 250 and recommends 50 (crm-api §1.13).
pub const WRITE_BATCH: usize = 50;

/// One item of a batch with the mark by which its answer is found.
#[derive(Serialize)]
pub(super) struct Marked<T> {
    #[serde(flatten)]
    item: T,
    request_id: String,
}

/// The items of a batch, each marked by its index.
pub(super) fn marked<'item, T>(call: &'static str, items: &'item [T]) -> Result<Vec<Marked<&'item T>>, Error> {
    fits(call, items.len())?;
    Ok(items.iter().enumerate().map(|(place, item)| Marked { item, request_id: place.to_string() }).collect())
}

pub(super) fn fits(call: &'static str, count: usize) -> Result<(), Error> {
    let fits = (1..=WRITE_BATCH).contains(&count);
    if fits { Ok(()) } else { Err(Error::invalid(call, format!("1 to {WRITE_BATCH} at once"))) }
}

/// The result for each item, in their order: by the mark, or by index where amoCRM omits the marks.
pub(super) fn made<T: Clone>(
    answer: &Answer,
    listed: &[Value],
    count: usize,
    item: impl Fn(&Value) -> Option<T>,
) -> Result<Vec<T>, Error> {
    let unmarked = listed.iter().all(|made| lenient::text(made, "request_id").is_none());
    let find = |place: usize| {
        let marked = |made: &&Value| lenient::text(made, "request_id").is_some_and(|mark| mark == place.to_string());
        let made = if unmarked { listed.get(place) } else { listed.iter().find(marked) };
        made.and_then(&item)
    };
    let all: Option<Vec<T>> = (0..count).map(find).collect();
    all.filter(|_| listed.len() == count).ok_or_else(|| answer.unreadable("not each item has its answer"))
}

/// The ids of the created objects, in the order of the items.
pub(super) fn made_ids(answer: &Answer, key: &str, count: usize) -> Result<Vec<i64>, Error> {
    let listed = written(answer, key, |made| Some(made.clone()))?;
    made(answer, &listed, count, |made| lenient::number(made, "id"))
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
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
        let items = embedded_in(answer, &object, key, item)?;
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
