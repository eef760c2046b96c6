//! Common parts of the CRM API's answers.

use serde_json::Value;

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
