//! Paging: `page` and `limit`, a link to the next page if there is one, 204 for an empty page.

use serde_json::{Map, Value, json};

use super::{Call, hal, problem};
use crate::crm::exchange::Answer;

/// The requested part of a list; the first page is 1.
pub(super) struct Page {
    number: usize,
    limit: usize,
}

impl Page {
    /// Parses `page` and `limit`, at most `largest`. The default limit is `largest`, but at most 50.
    pub(super) fn of(call: &Call<'_>, largest: usize) -> Result<Self, Answer> {
        let number = |name: &str, usual: usize| match call.request.query_value(name) {
            None => Ok(usual),
            Some(text) => match text.parse::<usize>() {
                Ok(value) if value > 0 => Ok(value),
                _ => Err(problem(400, "Bad Request", &format!("{name} must be a positive integer"))),
            },
        };
        let page = Self { number: number("page", 1)?, limit: number("limit", largest.min(50))? };
        if page.limit > largest {
            return Err(problem(400, "Bad Request", &format!("limit must be at most {largest}")));
        }
        Ok(page)
    }

    /// The items of the page, and one more if another page follows.
    pub(super) fn cut<T>(&self, items: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
        items.skip(self.limit.saturating_mul(self.number - 1)).take(self.limit.saturating_add(1))
    }

    /// The page as an answer, from the result of [`Self::cut`].
    pub(super) fn answer(&self, call: &Call<'_>, path: &str, key: &str, mut shown: Vec<Value>) -> Answer {
        if shown.is_empty() {
            return Answer::empty(204);
        }
        let more = shown.len() > self.limit;
        shown.truncate(self.limit);
        let mut links = Map::new();
        links.insert("self".to_owned(), json!({"href": self.href(call, path, self.number)}));
        if more {
            links.insert("next".to_owned(), json!({"href": self.href(call, path, self.number + 1)}));
        }
        let mut embedded = Map::new();
        embedded.insert(key.to_owned(), Value::Array(shown));
        hal(&json!({"_page": self.number, "_links": links, "_embedded": embedded}))
    }

    /// The same request for another page.
    fn href(&self, call: &Call<'_>, path: &str, number: usize) -> String {
        let others = call.request.query_pairs().into_iter().filter(|(key, _)| key != "page" && key != "limit");
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(others)
            .append_pair("page", &number.to_string())
            .append_pair("limit", &self.limit.to_string())
            .finish();
        format!("{}?{query}", call.href(path))
    }
}

/// The values of a query parameter, given once, as `name[]` or as `name[0]`.
pub(super) fn values(call: &Call<'_>, name: &str) -> Vec<String> {
    let listed = format!("{name}[");
    let wanted = |(key, _): &(String, String)| key == name || key.starts_with(&listed);
    call.request.query_pairs().into_iter().filter(wanted).map(|(_, value)| value).collect()
}
