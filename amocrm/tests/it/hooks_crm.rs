//! CRM hooks: the documented payloads as they come over the wire, and everything that may be wrong with them.

use amocrm::hooks::crm::{Action, CrmEvent, CrmHook, FormError, parse, parse_form};
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
    assert_eq!(hook.account_id, Some(12_345_678));
    let [CrmEvent::Talk(Action::Update, talk)] = &hook.events[..] else { panic!("{hook:?}") };
    let chat_id = Some("33b41601-0000-4000-8000-6938ae6b7935");
    assert_eq!((talk.id, talk.contact_id, talk.chat_id.as_deref()), (191, Some(11_018_118), chat_id));
}

#[test]
fn messages_of_both_directions() {
    let outgoing = "outgoing_message[add][0][id]=m-2&outgoing_message[add][0][chat_id]=c-1&\
        outgoing_message[add][0][talk_id]=191&outgoing_message[add][0][contact_id]=7&\
        outgoing_message[add][0][text]=Good+morning&outgoing_message[add][0][created_at]=1782864000&\
        outgoing_message[add][0][message_type]=text&outgoing_message[add][0][type]=outgoing&\
        outgoing_message[add][0][origin]=waba&outgoing_message[add][0][source_id]=19&\
        outgoing_message[add][0][author][id]=a-1&outgoing_message[add][0][author][type]=internal&\
        outgoing_message[add][0][author][user_id]=42&outgoing_message[add][0][author][name]=Oleg&\
        outgoing_message[add][0][recipient][id]=r-1&account[id]=12345678";
    let hook = parse(outgoing.as_bytes()).unwrap();
    let [CrmEvent::Message(Action::Add, message)] = &hook.events[..] else { panic!("{hook:?}") };
    assert!(message.is_outgoing);
    assert_eq!((message.id.as_str(), message.talk_id, message.source_id), ("m-2", Some(191), Some(19)));
    assert_eq!((message.kind.as_deref(), message.text.as_deref()), (Some("text"), Some("Good morning")));
    assert_eq!((message.origin.as_deref(), message.created_at), (Some("waba"), Some(1_782_864_000)));
    let author = message.author.as_ref().unwrap();
    assert_eq!(
        (author.kind.as_deref(), author.user_id, author.name.as_deref()),
        (Some("internal"), Some(42), Some("Oleg"))
    );

    let item = json!({"id": "m-1", "chat_id": "c-1", "talk_id": "191", "type": "incoming", "message_type": "voice",
        "author": {"id": "e-1", "type": "external", "name": "Ann"},
        "attachment": {"type": "voice", "link": "https://amojo.kommo.com/a.ogg", "file_name": "a.ogg"}});
    for tree in [json!({"message": {"add": [item]}}), json!({"add": [item]})] {
        let CrmEvent::Message(Action::Add, message) = only(tree.clone()) else { panic!("{tree}") };
        assert!(!message.is_outgoing);
        assert_eq!((message.kind.as_deref(), message.text), (Some("voice"), None));
        assert_eq!(message.file_url.as_deref(), Some("https://amojo.kommo.com/a.ogg"));
    }
}

#[test]
fn contacts() {
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
    assert!(matches!(company, CrmEvent::Other { action: Action::Add, .. }), "{company:?}");
    let gone = only(json!({"contacts": {"delete": {"3": {"id": "8", "type": "contact"}}}}));
    assert!(matches!(&gone, CrmEvent::Contact(Action::Delete, contact) if contact.id == 8), "{gone:?}");
    let alone = only(json!({"contacts": {"update": {"id": "9"}}}));
    assert!(matches!(&alone, CrmEvent::Contact(Action::Update, contact) if contact.id == 9), "no index: {alone:?}");
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
        json!({"account": {"id": "1"}, "contacts": {"add": [{"id": "1"}, {"name": "no id"}]}, "leads": {"note": [{"note": {"id": "5"}}]},
        "talk": {"add": [{"talk_id": "2"}]}, "task": {"update": [{"id": "3"}]}, "_": "x"}),
    );
    let seen: Vec<_> = hook
        .events
        .iter()
        .map(|event| match event {
            CrmEvent::Contact(_, contact) => format!("contact {}", contact.id),
            CrmEvent::Talk(_, talk) => format!("talk {}", talk.id),
            CrmEvent::Other { entity, action, item } => format!("{entity} {action:?} {item}"),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        seen,
        [
            "contact 1",
            r#"contacts Add {"name":"no id"}"#,
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
        let _ = parse(&bytes);
    }

    #[test]
    fn anything_like_a_hook_is_survived(body in "((leads|contacts|talk|message|unsorted|account|add|x)(\\[(add|update|delete|status|0|1|7|id|values|custom_fields|reviews|type|)\\]?){0,6}=[a-z0-9%]{0,4}&){0,12}") {
        let hook = parse(body.as_bytes());
        prop_assert!(hook.is_ok());
    }

    #[test]
    fn unreadable_fields_do_not_affect_others(junk in "[a-z]{3,8}(\\[[a-z0-9\\[\\]]{0,5}\\]?){0,4}=[a-z0-9%]{0,9}") {
        let body = format!("contacts[update][0][id]=5&zz{junk}&talk[add][0][talk_id]=6");
        let hook = parse(body.as_bytes()).unwrap();
        let contact = hook.events.iter().any(|event| matches!(event, CrmEvent::Contact(_, contact) if contact.id == 5));
        let talk = hook.events.iter().any(|event| matches!(event, CrmEvent::Talk(_, talk) if talk.id == 6));
        prop_assert!(contact && talk, "{:?}", hook);
    }
}
