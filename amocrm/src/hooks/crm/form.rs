//! Parses PHP's encoding of a tree as a form: `leads[add][0][id]=5`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use url::form_urlencoded;

/// The longest accepted body, in bytes (1 MiB).
pub const BODY_LIMIT: usize = 1 << 20;
/// The maximum number of `key=value` pairs in a body.
pub const PAIR_LIMIT: usize = 5000;
/// The maximum depth of a key: `a[b][c]` has three levels. amoCRM's own keys have about ten.
pub const DEPTH_LIMIT: usize = 32;

/// A body that is larger than any hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormError {
    /// Above [`BODY_LIMIT`].
    #[error("the body is above {BODY_LIMIT} bytes")]
    TooLong,
    /// Above [`PAIR_LIMIT`].
    #[error("the body has more than {PAIR_LIMIT} keys")]
    TooMany,
    /// Above [`DEPTH_LIMIT`].
    #[error("a key has more than {DEPTH_LIMIT} levels")]
    TooDeep,
}

/// Parses a form into a tree whose leaves are texts.
///
/// A level whose keys are `0`, `1`, `2`, … without gaps becomes a list, any other an object that keeps its keys. `[]`
/// takes the next number. If a key occurs twice, or once as a text and once as a level, the last one wins, as in PHP. A
/// key with unbalanced brackets is used literally. Invalid UTF-8 becomes U+FFFD. An empty body is an empty object.
pub fn parse(raw_body: &[u8]) -> Result<Value, FormError> {
    if raw_body.len() > BODY_LIMIT {
        return Err(FormError::TooLong);
    }
    let mut root = Level::default();
    for (count, (key, text)) in form_urlencoded::parse(raw_body).enumerate() {
        if count >= PAIR_LIMIT {
            return Err(FormError::TooMany);
        }
        let path = path(&key);
        if path.len() > DEPTH_LIMIT {
            return Err(FormError::TooDeep);
        }
        root.put(&path, text.into_owned());
    }
    Ok(Value::Object(root.members()))
}

/// `a[b][]` is `a`, `b` and the empty text.
fn path(key: &str) -> Vec<&str> {
    split(key).unwrap_or_else(|| vec![key])
}

fn split(key: &str) -> Option<Vec<&str>> {
    let Some((first, brackets)) = key.split_once('[') else { return Some(vec![key]) };
    let inner = brackets.strip_suffix(']').filter(|_| !first.is_empty())?;
    let parts: Vec<&str> = std::iter::once(first).chain(inner.split("][")).collect();
    parts.iter().all(|part| !part.contains(['[', ']'])).then_some(parts)
}

/// One level of the tree while it is built.
#[derive(Default)]
struct Level {
    members: BTreeMap<String, Node>,
    /// The number that `[]` takes.
    next: u64,
}

enum Node {
    Text(String),
    Level(Level),
}

impl Level {
    fn put(&mut self, path: &[&str], text: String) {
        let Some((key, deeper)) = path.split_first() else { return };
        let key = if key.is_empty() { self.next.to_string() } else { (*key).to_owned() };
        if let Some(number) = number(&key) {
            self.next = self.next.max(number.saturating_add(1));
        }
        if deeper.is_empty() {
            self.members.insert(key, Node::Text(text));
            return;
        }
        let node = self.members.entry(key).or_insert_with(|| Node::Level(Level::default()));
        if matches!(node, Node::Text(_)) {
            *node = Node::Level(Level::default());
        }
        if let Node::Level(level) = node {
            level.put(deeper, text);
        }
    }

    fn members(self) -> Map<String, Value> {
        self.members.into_iter().map(|(key, node)| (key, node.value())).collect()
    }

    fn is_list(&self) -> bool {
        // As many different numbers as entries, and none too large: no gaps.
        let count = u64::try_from(self.members.len()).unwrap_or(u64::MAX);
        count == self.next && self.members.keys().all(|key| number(key).is_some())
    }
}

impl Node {
    fn value(self) -> Value {
        match self {
            Node::Text(text) => Value::String(text),
            Node::Level(level) if level.is_list() => {
                let mut items: Vec<_> = level.members.into_iter().collect();
                items.sort_by_key(|(key, _)| number(key));
                Value::Array(items.into_iter().map(|(_, node)| node.value()).collect())
            }
            Node::Level(level) => Value::Object(level.members()),
        }
    }
}

/// A number as PHP writes it in a key: without sign and leading zeros.
pub(super) fn number(key: &str) -> Option<u64> {
    let canonical = key == "0" || (!key.starts_with('0') && key.bytes().all(|byte| byte.is_ascii_digit()));
    if canonical { key.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: &str) -> Value {
        parse(body.as_bytes()).unwrap()
    }

    #[test]
    fn nested_fields_lists_and_gaps_are_read() {
        assert_eq!(
            read("leads%5Badd%5D%5B0%5D%5Bid%5D=5&leads[add][1][id]=6&account[id]=7"),
            json!({"leads": {"add": [{"id": "5"}, {"id": "6"}]}, "account": {"id": "7"}})
        );
        assert_eq!(read("a[2]=x&a[10]=y"), json!({"a": {"2": "x", "10": "y"}}));
        assert_eq!(read("a[1]=y&a[0]=x"), json!({"a": ["x", "y"]}));
        assert_eq!(read("a[01]=x"), json!({"a": {"01": "x"}}));
        assert_eq!(read("a[]=x&a[]=y&a[5]=z&a[]=w"), json!({"a": {"0": "x", "1": "y", "5": "z", "6": "w"}}));
        assert_eq!(read("a[][b]=1&a[][b]=2"), json!({"a": [{"b": "1"}, {"b": "2"}]}));
        assert_eq!(read("0=x&1=y"), json!({"0": "x", "1": "y"}));
        let eleven: String = (0..11).map(|number| format!("a[{number}]={number}&")).collect();
        assert_eq!(read(&eleven)["a"][10], json!("10"));
    }

    #[test]
    fn a_repeated_field_has_its_last_value() {
        assert_eq!(read("a=1&a=2"), json!({"a": "2"}));
        assert_eq!(read("a=1&a[b]=2"), json!({"a": {"b": "2"}}));
        assert_eq!(read("a[b]=2&a=1"), json!({"a": "1"}));
    }

    #[test]
    fn odd_keys_are_taken_as_they_are() {
        for key in ["a[b", "a]b", "[a]", "a[b]c", "a[b]]", "a[[b]]", "a[b][c"] {
            assert_eq!(read(&format!("{key}=x")), json!({key: "x"}), "{key}");
        }
        assert_eq!(read("=x"), json!({"0": "x"}));
        assert_eq!(read(""), json!({}));
        assert_eq!(read("&&a&"), json!({"a": ""}));
        assert_eq!(read("a=%ff+%D1%8F"), json!({"a": "\u{fffd} \u{44f}"}));
    }

    #[test]
    fn what_is_too_large_is_refused() {
        let deep = |levels: usize| format!("a{}=x", "[b]".repeat(levels - 1));
        assert!(parse(deep(DEPTH_LIMIT).as_bytes()).is_ok());
        assert_eq!(parse(deep(DEPTH_LIMIT + 1).as_bytes()), Err(FormError::TooDeep));
        assert!(parse("a[]=&".repeat(PAIR_LIMIT).as_bytes()).is_ok());
        assert_eq!(parse("a[]=&".repeat(PAIR_LIMIT + 1).as_bytes()), Err(FormError::TooMany));
        assert_eq!(parse(&vec![b'a'; BODY_LIMIT + 1]), Err(FormError::TooLong));
        assert!(parse(format!("a[{}]=x&a[]=y", u64::MAX).as_bytes()).is_ok());
    }
}
