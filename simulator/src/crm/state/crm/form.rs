//! CRM hooks as encoded by PHP: bracket keys, every value a string, empty values omitted.

use serde_json::Value;

use super::Event;
use crate::crm::state::Account;

/// The body of a hook for one event.
pub(super) fn body(account: &Account, event: &Event) -> String {
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    let mut keys = event.keys.iter();
    let mut prefix = keys.next().map(|key| (*key).to_owned()).unwrap_or_default();
    for key in keys {
        prefix.push_str(&format!("[{key}]"));
    }
    flatten(&format!("{prefix}[0]"), &event.fields, &mut |key, value| {
        pairs.append_pair(key, value);
    });
    pairs.append_pair("account[subdomain]", account.host.split('.').next().unwrap_or_default());
    pairs.append_pair("account[id]", &account.id.to_string());
    pairs.append_pair("account[_links][self]", &format!("https://{}", account.host));
    pairs.finish()
}

fn flatten(key: &str, value: &Value, put: &mut impl FnMut(&str, &str)) {
    match value {
        Value::Null => {}
        Value::Bool(flag) => put(key, if *flag { "1" } else { "0" }),
        Value::Number(number) => put(key, &number.to_string()),
        Value::String(text) => put(key, text),
        Value::Array(list) => {
            for (at, one) in list.iter().enumerate() {
                flatten(&format!("{key}[{at}]"), one, put);
            }
        }
        Value::Object(map) => {
            for (name, one) in map {
                flatten(&format!("{key}[{name}]"), one, put);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::flatten;

    #[test]
    fn nothing_is_left_out_and_the_rest_are_strings() {
        let mut seen = Vec::new();
        let value = json!({"id": 5, "on": true, "none": null, "empty": [], "list": [{"value": "a b"}], "text": ""});
        flatten("talk[add][0]", &value, &mut |key, value| seen.push(format!("{key}={value}")));
        seen.sort();
        assert_eq!(
            seen,
            ["talk[add][0][id]=5", "talk[add][0][list][0][value]=a b", "talk[add][0][on]=1", "talk[add][0][text]=",]
        );
    }
}
