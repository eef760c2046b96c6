//! Markers: the places in a template's text that are filled in when it is sent.

/// What markers with a field are about.
const ENTITIES: [&str; 5] = ["company", "contact", "customer", "lead", "profile"];
/// Markers without one: amoCRM's Salesbot has the same.
const ALONE: [&str; 10] = [
    "cf.talk.nps",
    "current_date",
    "message_text",
    "message_text.email",
    "message_text.phone",
    "name",
    "origin",
    "rand",
    "short_rand",
    "short_rand_num",
];

/// The markers of a text in order, each once. None if one is not closed.
pub fn markers(text: &str) -> Option<Vec<String>> {
    let mut found: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}")?;
        if name.contains(['{', '\n']) || name.trim().is_empty() {
            return None;
        }
        let marker = format!("{{{{{name}}}}}");
        if !found.contains(&marker) {
            found.push(marker);
        }
        rest = after;
    }
    Some(found)
}

/// Whether amoCRM fills a marker in: a field of the lead, the contact, the company, the customer or the manager, or one of
/// [`ALONE`]. Accounts have fields of their own, so which fields there are is not known here.
pub fn is_filled_in(marker: &str) -> bool {
    let name = marker.trim_start_matches("{{").trim_end_matches("}}").trim();
    let is_field = |(entity, field): (&str, &str)| ENTITIES.contains(&entity) && !field.trim().is_empty();
    ALONE.contains(&name) || name.split_once('.').is_some_and(is_field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_found_once_and_in_order() {
        assert_eq!(
            markers("Hi {{contact.name}}, {{lead.id}} {{contact.name}}").unwrap(),
            ["{{contact.name}}", "{{lead.id}}"]
        );
        assert_eq!(markers("none } { here").unwrap(), Vec::<String>::new());
        for broken in ["Hi {{contact.name", "Hi {{ }}", "{{a{{b}}", "{{a\nb}}"] {
            assert_eq!(markers(broken), None, "{broken}");
        }
    }
}
