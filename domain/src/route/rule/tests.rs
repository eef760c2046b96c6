use serde_json::{Value, json};

use super::*;

fn wrong(rules: Value) -> Vec<FieldError> {
    let set: RuleSet = serde_json::from_value(json!({ "rules": rules })).unwrap();
    set.checked().err().unwrap_or_default()
}

fn pointers(rules: Value) -> Vec<String> {
    wrong(rules).into_iter().map(|wrong| wrong.pointer).collect()
}

fn details(rules: Value) -> Vec<String> {
    wrong(rules).into_iter().map(|wrong| wrong.detail.to_string()).collect()
}

#[test]
fn a_rule_is_stored_as_it_was_written() {
    let written = json!({"silence_hours": 12, "fallback_user": "7", "rules": [{"id": "night", "name": "Night", "on": true,
        "when": {"working_hours": "outside", "languages": ["es"], "campaign": {"utm_source": "mail"}},
        "then": {"lead": "reopen", "accept": true, "stage": {"pipeline_id": "1", "status_id": "2"},
            "responsible": {"kind": "round_robin", "people": [{"user_id": "5", "weight": 2}]},
            "fallback": {"after_minutes": 15, "to": {"kind": "person", "user_id": "6"}}, "tags": ["night"],
            "task": {"text": "Call", "within_minutes": 60}, "greeting": "Hello, {name}", "template": "7"}}]});
    let set: RuleSet = serde_json::from_value(written.clone()).unwrap();
    assert_eq!(json!(set.clone().checked().unwrap()), written);
    assert_eq!(set.users(), BTreeSet::from([5, 6, 7]));
}

#[test]
fn everything_wrong_is_named_at_once() {
    let rules = json!([
        {"id": "A", "name": " ", "when": {"times": ["noon"], "languages": ["xx"], "countries": ["XX"]}},
        {"id": "b", "name": "b", "then": {"task": {"text": "", "within_minutes": 0}}},
        {"id": "b", "name": "b"},
    ]);
    let wanted = "0/id 0/name 0/when/times/0 0/when/languages/0 0/when/countries/0 1/then/task/text \
                  1/then/task/within_minutes 2/id";
    let wanted: Vec<String> = wanted.split_whitespace().map(|place| format!("/rules/{place}")).collect();
    assert_eq!(pointers(rules), wanted);
}

#[test]
fn circles_and_contradictions_are_refused() {
    let person = json!({"kind": "person", "user_id": "5"});
    let robin = |users: &[&str]| {
        let people: Vec<Value> = users.iter().map(|id| json!({"user_id": id})).collect();
        json!({"kind": "round_robin", "people": people})
    };
    let rule = |when: Value, then: Value| json!([{"id": "a", "name": "a", "when": when, "then": then}]);
    let falls = |responsible: &Value, to: &Value| {
        rule(json!({}), json!({"responsible": responsible, "fallback": {"after_minutes": 5, "to": to}}))
    };
    assert_eq!(pointers(falls(&person, &person)), ["/rules/0/then/fallback/to"]);
    assert_eq!(pointers(falls(&robin(&["5"]), &person)), ["/rules/0/then/fallback/to"]);
    for own in ["contact", "lead"] {
        let own = falls(&person, &json!({ "kind": own }));
        assert_eq!(pointers(own.clone()), ["/rules/0/then/fallback/to"]);
        assert!(details(own)[0].starts_with("choose a person or several in turn"));
    }
    assert_eq!(pointers(falls(&robin(&["5", "6"]), &person)), [""; 0]);
    let nobody = [json!({"responsible": robin(&[])}), json!({"responsible": robin(&["5", "5"])})];
    assert_eq!(pointers(rule(json!({}), nobody[0].clone())), ["/rules/0/then/responsible/people"]);
    assert_eq!(pointers(rule(json!({}), nobody[1].clone())), ["/rules/0/then/responsible/people/1/user_id"]);
    let of_contact = json!({"responsible": {"kind": "contact"}});
    assert_eq!(pointers(rule(json!({"contact": "unknown"}), of_contact)), ["/rules/0/then/responsible"]);
    let reopen = rule(json!({"lead": "none"}), json!({"lead": "reopen"}));
    assert_eq!(pointers(reopen), ["/rules/0/then/stage", "/rules/0/then/lead"]);
    let open = rule(json!({"contact": "unknown", "lead": "open"}), json!({}));
    assert_eq!(pointers(open), ["/rules/0/when/contact"]);
}
