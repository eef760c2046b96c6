//! What two answers do not have in common: statuses, fields, types. Values do not matter.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::masked;

/// The types that stand at each path; null is none.
type Form = BTreeMap<String, BTreeSet<&'static str>>;

fn read(value: &Value, path: &str, form: &mut Form) {
    let types = form.entry(path.to_owned()).or_default();
    types.extend(match value {
        Value::Null => None,
        Value::Bool(_) => Some("a truth value"),
        Value::Number(_) => Some("a number"),
        Value::String(_) => Some("a text"),
        // An empty object is written as an empty list.
        Value::Array(all) if all.is_empty() => None,
        Value::Array(_) => Some("a list"),
        Value::Object(_) => Some("an object"),
    });
    match value {
        Value::Array(all) => all.iter().for_each(|one| read(one, &format!("{path}[]"), form)),
        Value::Object(fields) => {
            // Whether there is another page depends on what is in the account.
            for (key, value) in fields.iter().filter(|(key, _)| path != "_links" || *key == "self") {
                // Ids as keys.
                let key = if key.chars().all(|one| one.is_ascii_digit()) { "*".to_owned() } else { masked::key(key) };
                read(value, &if path.is_empty() { key } else { format!("{path}.{key}") }, form);
            }
        }
        _ => {}
    }
}

fn has_rows(body: &Value) -> bool {
    let lists = body["_embedded"].as_object().into_iter().flatten();
    lists.into_iter().any(|(_, list)| list.as_array().is_some_and(|list| !list.is_empty()))
}

fn words(types: &BTreeSet<&'static str>) -> String {
    types.iter().copied().collect::<Vec<_>>().join(" or ")
}

/// Paths that only the first has, though the second has what is around them.
fn only<'a>(first: &'a Form, second: &'a Form) -> impl Iterator<Item = &'a String> {
    let around = |path: &str| path.rsplit_once('.').map_or("", |(around, _)| around).to_owned();
    first.keys().filter(move |path| {
        let is_there = second.get(&around(path)).is_some_and(|types| types.contains("an object"));
        !path.ends_with("[]") && !second.contains_key(*path) && is_there
    })
}

/// What the account's answer and the local amoCRM's, each a status and a body, do not have in common.
pub fn between((status, body): (u16, &Value), (our_status, our_body): (u16, &Value)) -> Vec<String> {
    if (status, our_status) == (204, 200) && has_rows(our_body) {
        // The account has nothing in this list, so there is nothing to compare.
        return Vec::new();
    }
    if status != our_status {
        return vec![format!("the account answers {status}, the local amoCRM {our_status}")];
    }
    let (mut theirs, mut ours) = (Form::new(), Form::new());
    read(body, "", &mut theirs);
    read(our_body, "", &mut ours);
    let lacks = only(&theirs, &ours).map(|path| format!("only the account has {path}"));
    let adds = only(&ours, &theirs).map(|path| format!("only the local amoCRM has {path}"));
    let other = theirs.iter().filter_map(|(path, types)| {
        let our_types = ours.get(path)?;
        let differs = !types.is_empty() && !our_types.is_empty() && types.is_disjoint(our_types);
        let path = if path.is_empty() { "the body" } else { path };
        differs.then(|| format!("{path} is {} in the account and {} here", words(types), words(our_types)))
    });
    lacks.chain(adds).chain(other).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_and_types_are_compared_and_values_are_not() {
        let theirs =
            json!({"id": 1, "name": "a", "more": {"x": 1}, "list": [{"a": 1, "b": null}], "empty": [], "none": null});
        let ours = json!({"id": "2", "name": "b", "list": [{"a": 3}], "empty": {"y": 1}, "none": 5, "own": true});
        let wanted = [
            "only the account has list[].b",
            "only the account has more",
            "only the local amoCRM has own",
            "id is a number in the account and a text here",
        ];
        assert_eq!(between((200, &theirs), (200, &ours)), wanted);
        assert_eq!(between((200, &theirs), (204, &Value::Null)), ["the account answers 200, the local amoCRM 204"]);
        let (full, empty) = (json!({"_embedded": {"leads": [{"id": 1}]}}), json!({"_embedded": {"chats": []}}));
        assert!(between((204, &Value::Null), (200, &full)).is_empty(), "one of the accounts is empty");
        assert_eq!(between((204, &Value::Null), (200, &empty)), ["the account answers 204, the local amoCRM 200"]);
    }
}
