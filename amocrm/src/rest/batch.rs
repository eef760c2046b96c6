//! Writing several items at once, and matching the answer to them.

use serde::Serialize;
use serde_json::Value;

use super::read;
use crate::error::Error;
use crate::lenient;
use crate::transport::Answer;

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
    let listed = read::written(answer, key, |made| Some(made.clone()))?;
    made(answer, &listed, count, |made| lenient::number(made, "id"))
}
