//! CRM hooks: the documented payloads as they come over the wire, and everything that may be wrong with them.

use amocrm::hooks::crm::{Action, CrmEvent, CrmHook, FormError, parse, parse_form, parse_pipeline};
use amocrm::rest::ReviewStatus;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

/// A tree as PHP writes it into a form.
fn encode(tree: &Value) -> String {
    fn leaves(at: &str, value: &Value, form: &mut form_urlencoded::Serializer<'_, String>) {
        let inside = |key: &str| if at.is_empty() { key.to_owned() } else { format!("{at}[{key}]") };
        match value {
            Value::Object(members) => members.iter().for_each(|(key, member)| leaves(&inside(key), member, form)),
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(place, item)| leaves(&inside(&place.to_string()), item, form));
            }
            Value::String(text) => {
                form.append_pair(at, text);
            }
            other => panic!("a form has texts only: {other}"),
        }
    }
    let mut form = form_urlencoded::Serializer::new(String::new());
    leaves("", tree, &mut form);
    form.finish()
}

fn read(tree: Value) -> CrmHook {
    parse(encode(&tree).as_bytes()).unwrap()
}

fn only(tree: Value) -> CrmEvent {
    let mut events = read(tree).events;
    assert_eq!(events.len(), 1, "{events:?}");
    events.remove(0)
}

#[test]
fn a_talk_as_it_comes_over_the_wire() {
    let body = "talk%5Bupdate%5D%5B0%5D%5Btalk_id%5D=191&talk%5Bupdate%5D%5B0%5D%5Bcontact_id%5D=11018118&\
        talk[update][0][chat_id]=33b41601-0000-4000-8000-6938ae6b7935&talk[update][0][entity_id]=9276114&\
        talk[update][0][entity_type]=lead&talk[update][0][is_in_work]=0&talk[update][0][is_read]=1&\
        talk[update][0][rate]=0&talk[update][0][origin]=amo.ext.40000001&talk[update][0][created_at]=1767225600&\
        talk[update][0][updated_at]=1767225900&account[id]=12345678&account[subdomain]=acme&\
        account[_links][self]=https%3A%2F%2Facme.amocrm.ru";
    let hook = parse(body.as_bytes()).unwrap();
    assert_eq!((hook.account_id, hook.subdomain.as_deref()), (Some(12_345_678), Some("acme")));
    let [CrmEvent::Talk(Action::Update, talk)] = &hook.events[..] else { panic!("{hook:?}") };
    assert_eq!((talk.id, talk.is_in_work, talk.is_read, talk.contact_id), (191, false, true, Some(11_018_118)));
    assert_eq!((talk.entity_id, talk.origin.as_deref()), (Some(9_276_114), Some("amo.ext.40000001")));
}

#[test]
fn a_message() {
    let event = only(json!({"message": {"add": [{"id": "660b5b93", "chat_id": "33b41601", "talk_id": "191",
        "contact_id": "11018118", "text": "Привет & 1+1", "created_at": "1767225600", "element_type": "2", "entity_type": "lead",
        "element_id": "9276114", "type": "incoming", "author": {"id": "e1ec058c", "type": "external", "name": "Ann",
        "avatar_url": "https://a.b/c"}, "origin": "telegram",
        "attachment": {"type": "voice", "link": "https://drive-b.amocrm.ru/data.m4a", "file_name": "data.m4a"}}]}}));
    let CrmEvent::Message(Action::Add, message) = event else { panic!("{event:?}") };
    assert_eq!(
        (message.text.as_str(), message.talk_id, message.entity_id),
        ("Привет & 1+1", Some(191), Some(9_276_114))
    );
    assert_eq!((message.author.name.as_deref(), message.kind.as_deref()), (Some("Ann"), Some("incoming")));
    assert_eq!(message.attachment.unwrap().file_name.as_deref(), Some("data.m4a"));
}

#[test]
fn contacts_and_companies() {
    let fields = |values: Value| json!([{"id": "1", "name": "Phone", "code": "PHONE", "values": values}]);
    let phones = |values: Value| {
        let hook = only(
            json!({"contacts": {"update": [{"id": "7", "name": "Ann", "type": "contact", "custom_fields": fields(values)}]}}),
        );
        let CrmEvent::Contact(Action::Update, contact) = hook else { panic!("{hook:?}") };
        contact.phones()
    };
    assert_eq!(phones(json!([{"value": "+7900", "enum": "11"}, {"value": "+7901"}])), ["+7900", "+7901"]);
    assert_eq!(phones(json!(["+7900", "+7901"])), ["+7900", "+7901"]);
    assert_eq!(phones(json!({"value": "+7900", "enum": "11"})), ["+7900"], "one object where a list was meant");
    assert_eq!(phones(json!({"4": {"value": "+7900"}})), ["+7900"], "a hole");
    assert_eq!(phones(json!("+7900")), ["+7900"]);

    let company = only(json!({"contacts": {"add": [{"id": "7", "type": "company"}]}}));
    assert!(matches!(company, CrmEvent::Company(Action::Add, _)), "{company:?}");
    let company = only(json!({"companies": {"delete": [{"id": "7"}]}}));
    assert!(matches!(company, CrmEvent::Company(Action::Delete, _)), "{company:?}");
    let gone = only(json!({"contacts": {"delete": {"3": {"id": "8", "type": "contact"}}}}));
    assert!(matches!(&gone, CrmEvent::Contact(Action::Delete, contact) if contact.id == 8), "{gone:?}");
    let alone = only(json!({"contacts": {"restore": {"id": "9"}}}));
    assert!(matches!(&alone, CrmEvent::Contact(Action::Restore, contact) if contact.id == 9), "no index: {alone:?}");
}

#[test]
fn leads() {
    let event = only(json!({"leads": {"status": [{"id": "5", "name": "Deal", "status_id": "142", "old_status_id": "1",
        "pipeline_id": "700100", "old_pipeline_id": "700099", "price": "10", "date_create": "1767225600"}]}}));
    let CrmEvent::Lead(Action::Status, lead) = event else { panic!("{event:?}") };
    assert_eq!((lead.lead.id, lead.lead.status_id, lead.old_status_id), (5, Some(142), Some(1)));
    assert_eq!((lead.old_pipeline_id, lead.lead.created_at), (Some(700_099), Some(1_767_225_600)));
    for (word, action) in [
        ("add", Action::Add),
        ("update", Action::Update),
        ("delete", Action::Delete),
        ("responsible", Action::Responsible),
    ] {
        let event = only(json!({"leads": {word: [{"id": "5", "old_responsible_user_id": "6"}]}}));
        let CrmEvent::Lead(seen, lead) = event else { panic!("{event:?}") };
        assert_eq!((seen, lead.old_responsible_user_id), (action, Some(6)));
    }
}

#[test]
fn incoming_leads() {
    let event =
        only(json!({"unsorted": {"delete": [{"uid": "u", "category": "chats", "action": "accept", "pipeline_id": "7",
        "accept_result": {"leads": ["4"], "contacts": {"0": "3", "2": "5"}}}]}}));
    let CrmEvent::Unsorted(Action::Delete, it) = event else { panic!("{event:?}") };
    assert_eq!((it.decision.as_deref(), it.leads, it.contacts), (Some("accept"), vec![4], vec![3, 5]));
    let event = only(
        json!({"unsorted": {"delete": [{"uid": "u", "action": "decline", "decline_result": {"leads": [{"id": "4"}]}}]}}),
    );
    assert!(matches!(&event, CrmEvent::Unsorted(_, it) if it.leads == [4]), "{event:?}");
    let event = only(json!({"unsorted": {"add": [{"uid": "u", "category": "chats", "lead_id": "4"}]}}));
    assert!(matches!(&event, CrmEvent::Unsorted(Action::Add, it) if it.lead_id == Some(4) && it.decision.is_none()));
}

#[test]
fn reviews_of_templates_in_every_envelope() {
    let item = json!({"id": "6955", "type": "waba", "account_id": "12345678", "name": "order_ready",
        "content": "Hello {{contact.name}}", "is_editable": "1", "is_on_review": "1", "waba_category": "UTILITY",
        "waba_language": "ru", "waba_footer": "Acme",
        "reviews": [{"id": "15", "source_id": "9001", "status": "review", "reject_reason": ""}]});
    for body in [
        json!({"add": [item]}),
        json!({"chat_template_reviews": {"add": [item]}}),
        json!({"chat_template_review": {"update": {"0": item}}}),
        json!({"templates": {"add": [item]}}),
    ] {
        let event = only(body.clone());
        let CrmEvent::TemplateReview(template) = event else { panic!("{body}") };
        assert_eq!((template.id, template.is_on_review), (6955, Some(true)));
        let review = &template.reviews[0];
        assert_eq!((review.id, review.source_id, &review.status), (15, Some(9001), &ReviewStatus::Review));
        assert_eq!(template.waba.unwrap().language, "ru");
        assert_eq!((template.external_id, template.attachment), (None, None));
    }
    let mut with_file = item;
    with_file["external_id"] = json!("order_ready");
    with_file["attachment"] = json!({"id": "f-1", "name": "offer.pdf", "type": "document", "is_external": "0"});
    let CrmEvent::TemplateReview(template) = only(json!({"add": [with_file]})) else { panic!("a review") };
    let attachment = template.attachment.unwrap();
    assert_eq!((attachment.id.as_str(), attachment.kind.as_str()), ("f-1", "document"));
    assert_eq!(template.external_id.as_deref(), Some("order_ready"));
}

#[test]
fn several_events_at_once_and_unknown_ones() {
    let hook = read(
        json!({"account": {"id": "1"}, "leads": {"add": [{"id": "1"}, {"name": "no id"}], "note": [{"note": {"id": "5"}}]},
        "talk": {"add": [{"talk_id": "2"}]}, "task": {"update": [{"id": "3"}]}, "_": "x"}),
    );
    let seen: Vec<_> = hook
        .events
        .iter()
        .map(|event| match event {
            CrmEvent::Lead(_, lead) => format!("lead {}", lead.lead.id),
            CrmEvent::Talk(_, talk) => format!("talk {}", talk.id),
            CrmEvent::Other { entity, action, item } => format!("{entity} {action:?} {item}"),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        seen,
        [
            "lead 1",
            r#"leads Add {"name":"no id"}"#,
            r#"leads Other("note") {"note":{"id":"5"}}"#,
            "talk 2",
            r#"task Update {"id":"3"}"#
        ]
    );
    // As the Digital Pipeline's own "send webhook" names its events.
    let event = only(json!({"leads": {"chat": [{"id": "5"}]}}));
    assert!(matches!(event, CrmEvent::Other { action: Action::Other(word), .. } if word == "chat"));
}

#[test]
fn bodies_that_are_no_hooks() {
    for body in [
        "",
        "{}",
        r#"{"leads":{"add":[{"id":1}]}}"#,
        "<html>",
        "leads=1",
        "leads[add]=1",
        "add=x",
        "&=&=",
        "%ff%fe",
        "account=7",
    ] {
        let hook = parse(body.as_bytes()).unwrap();
        assert!(hook.events.iter().all(|event| matches!(event, CrmEvent::Other { .. })), "{body}: {hook:?}");
        assert_eq!(hook.account_id, None);
    }
    assert_eq!(parse(&vec![b'a'; (1 << 20) + 1]), Err(FormError::TooLong));
    assert_eq!(parse_pipeline(&vec![b'{'; (1 << 20) + 1]), Err(FormError::TooLong));
}

#[test]
fn a_trigger_of_the_pipeline() {
    let tree = json!({"event": {"type": "14", "type_code": "lead_status_changed", "time": "1491300016",
        "data": {"id": "123124", "element_type": "2", "status_id": "654324", "pipeline_id": "7"}},
        "action": {"settings": {"widget": {"settings": {"message": "hello"}}, "widget_info": {"id": "50"}}},
        "subdomain": "acme", "account_id": "12345678"});
    for body in [encode(&tree), tree.to_string()] {
        let hook = parse_pipeline(body.as_bytes()).unwrap();
        assert_eq!((hook.account_id, hook.event.as_deref()), (Some(12_345_678), Some("lead_status_changed")));
        assert_eq!((hook.entity_id, hook.status_id, hook.pipeline_id), (Some(123_124), Some(654_324), Some(7)));
        assert_eq!((hook.settings, hook.time), (json!({"message": "hello"}), Some(1_491_300_016)));
    }
    assert_eq!(parse_pipeline(b"").unwrap().settings, Value::Null);
}

/// Trees as forms can hold them: no empty levels, no object whose keys could be a list's.
fn trees() -> impl Strategy<Value = Value> {
    let key = "[a-zA-Z_ю&= %+][a-zA-Z0-9_ю&= %+.-]{0,6}";
    let leaf = any::<String>().prop_map(Value::String);
    let inner = leaf.prop_recursive(6, 48, 5, move |inner| {
        let object = prop::collection::btree_map(key, inner.clone(), 1..5);
        prop_oneof![
            prop::collection::vec(inner, 1..5).prop_map(Value::Array),
            object.prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    });
    prop::collection::btree_map(key, inner, 0..5).prop_map(|members| Value::Object(members.into_iter().collect()))
}

proptest! {
    #[test]
    fn encoded_trees_are_read_back(tree in trees()) {
        prop_assert_eq!(parse_form(encode(&tree).as_bytes()), Ok(tree));
    }

    #[test]
    fn any_bytes_are_survived(bytes in any::<Vec<u8>>()) {
        let _ = (parse(&bytes), parse_pipeline(&bytes));
    }

    #[test]
    fn anything_like_a_hook_is_survived(body in "((leads|contacts|talk|message|unsorted|account|add|x)(\\[(add|update|delete|status|0|1|7|id|values|custom_fields|reviews|type|)\\]?){0,6}=[a-z0-9%]{0,4}&){0,12}") {
        let hook = parse(body.as_bytes());
        prop_assert!(hook.is_ok());
    }

    #[test]
    fn unreadable_fields_do_not_affect_others(junk in "[a-z]{3,8}(\\[[a-z0-9\\[\\]]{0,5}\\]?){0,4}=[a-z0-9%]{0,9}") {
        let body = format!("leads[status][0][id]=5&zz{junk}&talk[add][0][talk_id]=6");
        let hook = parse(body.as_bytes()).unwrap();
        let lead = hook.events.iter().any(|event| matches!(event, CrmEvent::Lead(_, lead) if lead.lead.id == 5));
        let talk = hook.events.iter().any(|event| matches!(event, CrmEvent::Talk(_, talk) if talk.id == 6));
        prop_assert!(lead && talk, "{:?}", hook);
    }
}
