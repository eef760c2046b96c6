//! Every call of the CRM API against every kind of trouble: the right error, the right name, no token in it.

use std::pin::Pin;

use amocrm::Error;
use amocrm::rest::{
    BotKind, BotPlace, ContactChat, NewContact, NewTemplate, Note, Rest, ReviewOutcome, SourceChange, TemplateChange,
};
use reqwest::Client;
use secrecy::SecretString;
use serde_json::json;

use super::{sources::source, token};
use crate::stub::{Stub, answer, http};

type Calling = fn(Rest, SecretString) -> Pin<Box<dyn Future<Output = Result<(), Error>>>>;

/// What a call makes of an answer that says "there is nothing" in one of the three ways.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Nothing {
    /// An empty answer is a success: a list without items, one thing that is not there, or nothing was expected.
    Fine,
    /// An empty answer can't be, something must have been made or changed.
    Unreadable,
}

macro_rules! calls {
    ($($name:literal $nothing:ident $not_found:ident |$rest:ident, $token:ident| $call:expr;)*) => {
        [$(($name, Nothing::$nothing, Nothing::$not_found, calling(|$rest, $token| {
            Box::pin(async move { let ($rest, $token) = (&$rest, &$token); $call.await.map(|_| ()) })
        }))),*]
    };
}

fn calling(call: Calling) -> Calling {
    call
}

/// Name, what 204 means, what 404 means, the call.
fn calls() -> [(&'static str, Nothing, Nothing, Calling); 34] {
    calls! {
        "account" Unreadable Unreadable |rest, token| rest.account(token, &[]);
        "users" Fine Unreadable |rest, token| rest.users(token, 1);
        "user" Fine Fine |rest, token| rest.user(token, 1);
        "pipelines" Fine Unreadable |rest, token| rest.pipelines(token);
        "sources" Fine Unreadable |rest, token| rest.sources(token, &[]);
        "source" Fine Fine |rest, token| rest.source(token, 1);
        "create_source" Unreadable Unreadable |rest, token| async { rest.create_source(token, &source("a")).await };
        "create_sources" Unreadable Unreadable |rest, token| async { rest.create_sources(token, &[source("a")]).await };
        "update_source" Unreadable Unreadable |rest, token| async { rest.update_source(token, 1, &SourceChange::default()).await };
        "delete_source" Fine Unreadable |rest, token| rest.delete_source(token, 1);
        "delete_sources" Fine Unreadable |rest, token| rest.delete_sources(token, &[1]);
        "contact" Fine Fine |rest, token| rest.contact(token, 1);
        "contacts_with_phone" Fine Unreadable |rest, token| rest.contacts_with_phone(token, "5550123", |_| true);
        "contacts_with_email" Fine Unreadable |rest, token| rest.contacts_with_email(token, "a@b.c");
        "create_contacts" Unreadable Unreadable |rest, token| async { rest.create_contacts(token, &[NewContact::default()]).await };
        "rename_contact" Unreadable Unreadable |rest, token| rest.rename_contact(token, 1, "Ann");
        "chats_of_contacts" Fine Unreadable |rest, token| rest.chats_of_contacts(token, &[1]);
        "contacts_of_chats" Fine Unreadable |rest, token| rest.contacts_of_chats(token, &["c"]);
        "link_chats" Unreadable Unreadable |rest, token| async {
            rest.link_chats(token, &[ContactChat { contact_id: 1, chat_id: "c".into() }]).await
        };
        "contacts_of" Fine Fine |rest, token| rest.contacts_of_lead(token, 1);
        "continue_bot" Fine Unreadable |rest, token| async {
            let place = BotPlace { kind: BotKind::Salesbot, bot_id: 1, continue_id: 2 };
            rest.continue_bot(token, place, &serde_json::Value::Null).await
        };
        "lead" Fine Fine |rest, token| rest.lead(token, 1);
        "unsorted_chats" Fine Unreadable |rest, token| rest.unsorted_chats(token, 1);
        "templates" Fine Unreadable |rest, token| rest.templates(token, &[], 1);
        "template" Fine Fine |rest, token| rest.template(token, 1);
        "create_templates" Unreadable Unreadable |rest, token| async {
            let new = NewTemplate { name: "n".into(), content: "c".into(), ..NewTemplate::default() };
            rest.create_templates(token, &[new]).await
        };
        "update_template" Unreadable Unreadable |rest, token| async { rest.update_template(token, 1, &TemplateChange::default()).await };
        "delete_templates" Fine Unreadable |rest, token| rest.delete_templates(token, &[1]);
        "request_review" Unreadable Unreadable |rest, token| rest.request_review(token, 1);
        "report_review" Unreadable Unreadable |rest, token| rest.report_review(token, 1, 2, &ReviewOutcome::Approved);
        "webhooks" Fine Unreadable |rest, token| rest.webhooks(token, None);
        "subscribe_webhook" Unreadable Unreadable |rest, token| rest.subscribe_webhook(token, "https://a.b", &["add_talk"]);
        "unsubscribe_webhook" Fine Fine |rest, token| rest.unsubscribe_webhook(token, "https://a.b");
        "add_notes" Unreadable Unreadable |rest, token| async {
            rest.add_notes(token, 1, &[Note { service: "s".into(), text: "t".into() }]).await
        };
    }
}

async fn outcome(http: &Client, call: Calling, status: &str, body: &str) -> Result<(), Error> {
    let stub = Stub::new(vec![answer(status, "", body)]).await;
    let rest = Rest::new(http.clone(), &format!("{}/accounts/shop.amocrm.ru", stub.base)).unwrap();
    let done = call(rest, token()).await;
    assert_eq!(stub.seen().len(), 1, "one request, never repeated");
    if let Err(error) = &done {
        assert!(!format!("{error} {error:?}").contains("eyJ"), "{error}");
        assert!(error.address().unwrap().contains("/accounts/shop.amocrm.ru/api/v4/"), "{error}");
    }
    done
}

#[tokio::test]
async fn refusals_name_call_status_and_words() {
    let http = http();
    let problem = r#"{"title":"Refused","status":0,"detail":"the words","retry_after":"7"}"#;
    for (name, _, _, call) in calls() {
        for (status, expected) in [
            ("400 Bad Request", 400),
            ("401 Unauthorized", 401),
            ("402 Payment Required", 402),
            ("403 Forbidden", 403),
            ("429 Too Many Requests", 429),
            ("500 Internal Server Error", 500),
        ] {
            let error = outcome(&http, call, status, problem).await.unwrap_err();
            let Error::Refused { call, status, retry_after, text, .. } = &error else { panic!("{name}: {error}") };
            assert_eq!((*call, *status, text.as_str()), (name, expected, "the words"));
            assert_eq!(retry_after.map(|wait| wait.as_secs()), Some(7), "{name}");
        }
        let error = outcome(&http, call, "502 Bad Gateway", "<html>\n<h1>Bad Gateway</h1></html>").await.unwrap_err();
        assert!(matches!(&error, Error::Refused { status: 502, text, .. } if text.contains("Bad Gateway")), "{error}");
    }
}

#[tokio::test]
async fn pages_of_html_are_never_a_success() {
    let http = http();
    for (name, _, _, call) in calls() {
        for body in ["<html>Sign in</html>", "\u{feff}{}", "{\"id\":1"] {
            let error = outcome(&http, call, "200 OK", body).await.unwrap_err();
            assert!(matches!(&error, Error::Unreadable { status: 200, .. }), "{name}: {error}");
            assert_eq!(error.call(), name);
        }
    }
}

#[tokio::test]
async fn nothing_is_nothing_where_it_may_be() {
    let http = http();
    for (name, no_content, not_found, call) in calls() {
        match (outcome(&http, call, "204 No Content", "").await, no_content) {
            (Ok(()), Nothing::Fine) | (Err(Error::Unreadable { .. }), Nothing::Unreadable) => {}
            (done, _) => panic!("{name}: {done:?}"),
        }
        match (outcome(&http, call, "404 Not Found", r#"{"title":"Not Found"}"#).await, not_found) {
            (Ok(()), Nothing::Fine) | (Err(Error::Refused { status: 404, .. }), Nothing::Unreadable) => {}
            (done, _) => panic!("{name}: {done:?}"),
        }
    }
}

#[tokio::test]
async fn odd_but_whole_answers_are_survived() {
    let http = http();
    for (name, _, _, call) in calls() {
        for body in [
            json!({}),
            json!([]),
            json!(null),
            json!("text"),
            json!({"_embedded": null}),
            json!({"_embedded": []}),
            json!({"_embedded": {}}),
            json!({"_links": [], "_page_count": "x", "_embedded": {"contacts": [null, 1, "x", [], {"id": {}}]}}),
            json!({"id": 1e300, "uid": [], "talk_id": null, "_embedded": {"contacts": {"7": {"id": 1}}}}),
        ] {
            if let Err(error) = outcome(&http, call, "200 OK", &body.to_string()).await {
                assert!(error.outcome_unknown(), "{name}: {error}");
            }
        }
    }
}
