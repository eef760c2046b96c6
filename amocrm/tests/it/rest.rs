//! The CRM API v4 over a real socket.

mod contacts;
mod events;
mod failing;
mod feed;
mod sources;
mod talks;

use std::time::Duration;

use amocrm::Error;
use amocrm::rest::Rest;
use secrecy::SecretString;
use serde_json::json;

use crate::stub::{Play, Stub, answer, http};

pub fn token() -> SecretString {
    SecretString::from("eyJ.e30.c")
}

pub fn rest(stub: &Stub) -> Rest {
    let base = format!("{}/accounts/shop.amocrm.ru", stub.base);
    Rest::new(http(), &base).unwrap().with_total_time(Duration::from_millis(500))
}

#[tokio::test]
async fn account() {
    let body = json!({"id": "12345678", "name": "Acme", "subdomain": "acme", "current_user_id": 87654321,
        "is_unsorted_on": 1, "amojo_id": "0b1c2d3e-0000-4111-8222-333344445555", "drive_url": "https://drive-b.amocrm.ru",
        "version": 16, "_embedded": {"datetime_settings": {"timezone": "Europe/Moscow"}}});
    let stub = Stub::answering("200 OK", &body.to_string()).await;
    let account = rest(&stub).account(&token(), &["amojo_id", "drive_url"]).await.unwrap();
    assert_eq!((account.id, account.current_user_id), (12_345_678, Some(87_654_321)));
    assert_eq!(account.amojo_id.as_deref(), Some("0b1c2d3e-0000-4111-8222-333344445555"));
    assert_eq!(account.timezone.as_deref(), Some("Europe/Moscow"));
    let seen = stub.only();
    assert_eq!(seen.line(), "GET /accounts/shop.amocrm.ru/api/v4/account?with=amojo_id%2Cdrive_url HTTP/1.1");
    assert_eq!(seen.header("Authorization"), Some("Bearer eyJ.e30.c"));
    assert_eq!(seen.header("Cookie"), None);

    let stub = Stub::answering("200 OK", r#"{"id":1,"amojo_id":null,"_embedded":[]}"#).await;
    assert_eq!(rest(&stub).account(&token(), &[]).await.unwrap().amojo_id, None);
    assert_eq!(stub.only().target(), "/accounts/shop.amocrm.ru/api/v4/account");
    for (status, body) in [("200 OK", "<html>"), ("200 OK", "{}"), ("204 No Content", "")] {
        let stub = Stub::answering(status, body).await;
        let error = rest(&stub).account(&token(), &[]).await.unwrap_err();
        assert!(matches!(error, Error::Unreadable { call: "account", .. }), "{error}");
    }
}

#[tokio::test]
async fn users() {
    let user = json!({"id": 5, "name": "Oleg", "email": "o@acme.test", "amojo_id": null,
        "rights": {"is_admin": true, "is_active": "1", "is_free": 0}});
    let stub = Stub::answering("200 OK", &user.to_string()).await;
    let one = rest(&stub).user(&token(), 5).await.unwrap().unwrap();
    assert_eq!((one.is_admin, one.is_active, one.amojo_id.as_ref()), (true, true, None));
    assert_eq!(stub.only().target(), "/accounts/shop.amocrm.ru/api/v4/users/5?with=amojo_id");

    let page = json!({"_page": 1, "_links": {"next": {"href": "https://evil.test/"}}, "_embedded": {"users": [user, {"rights": []}]}});
    let stub = Stub::answering("200 OK", &page.to_string()).await;
    let page = rest(&stub).users(&token(), 2).await.unwrap();
    assert_eq!((page.items, page.has_more), (vec![one], true));
    assert_eq!(stub.only().target(), "/accounts/shop.amocrm.ru/api/v4/users?with=amojo_id&page=2&limit=250");

    let stub = Stub::new(vec![answer("204 No Content", "", ""), answer("204 No Content", "", "")]).await;
    assert_eq!(rest(&stub).user(&token(), 5).await.unwrap(), None);
    assert!(rest(&stub).users(&token(), 1).await.unwrap().items.is_empty());
}

/// A value that is missing or unknown in an answer grants no right.
#[tokio::test]
async fn m1_the_view_rights_of_a_user_are_read() {
    use amocrm::rest::{StageRights, View};
    let rights = json!({"contacts": {"view": "G", "edit": "A"}, "leads": {"view": "M"}, "group_id": 7, "status_rights": [
        {"entity_type": "leads", "pipeline_id": 3, "status_id": 4, "rights": {"view": "D", "edit": "A"}},
        {"entity_type": "customers", "pipeline_id": 3, "status_id": 5, "rights": {"view": "A"}},
        {"entity_type": "leads", "pipeline_id": 3},
    ]});
    let stub = Stub::answering("200 OK", &json!({"id": 5, "rights": rights}).to_string()).await;
    let user = rest(&stub).user(&token(), 5).await.unwrap().unwrap();
    assert_eq!((user.contacts, user.leads, user.group_id), (View::Group, View::Own, Some(7)));
    assert_eq!(user.stages, [StageRights { pipeline_id: 3, status_id: 4, view: View::Denied }]);
    for (said, view) in [
        (json!({"contacts": {"view": "A"}}), View::All),
        (json!({"contacts": {"view": "D"}}), View::Denied),
        (json!({"contacts": {"view": "X"}}), View::Denied),
        (json!({"contacts": {}}), View::Denied),
        (json!([]), View::Denied),
        (json!(null), View::Denied),
    ] {
        let stub = Stub::answering("200 OK", &json!({"id": 5, "rights": said}).to_string()).await;
        assert_eq!(rest(&stub).user(&token(), 5).await.unwrap().unwrap().contacts, view, "{said}");
    }
}

#[tokio::test]
async fn the_last_page_of_users_is_known_by_link_or_count() {
    let user = json!({"id": 5, "rights": {"is_admin": true}});
    let counted =
        json!({"_page": 1, "_page_count": 2, "_links": {"self": {"href": "x"}}, "_embedded": {"users": [user]}});
    let stub =
        Stub::new(vec![answer("200 OK", "", &counted.to_string()), answer("200 OK", "", &counted.to_string())]).await;
    let rest = rest(&stub);
    assert!(rest.users(&token(), 1).await.unwrap().has_more);
    assert!(!rest.users(&token(), 2).await.unwrap().has_more);
}

#[tokio::test]
async fn a_widget_is_read_by_its_code() {
    let body = json!({"id": 1, "code": "parom_widget", "version": "1.0.2", "rating": "0,00", "settings_template": [],
        "is_lead_source": 1, "is_active_in_account": false, "client_uuid": "5f1d2a4e-93a5-4c0e-8a4f-0c1f4be3a111"});
    let stub = Stub::answering("200 OK", &body.to_string()).await;
    let widget = rest(&stub).widget(&token(), "parom_widget").await.unwrap().unwrap();
    assert_eq!(
        (widget.version.as_deref(), widget.is_lead_source, widget.is_active),
        (Some("1.0.2"), Some(true), Some(false))
    );
    assert_eq!(widget.client_uuid.as_deref(), Some("5f1d2a4e-93a5-4c0e-8a4f-0c1f4be3a111"));
    assert_eq!(stub.only().target(), "/accounts/shop.amocrm.ru/api/v4/widgets/parom_widget");
    let stub = Stub::new(vec![answer("404 Not Found", "", "{}"), answer("200 OK", "", r#"{"code":"x"}"#)]).await;
    assert_eq!(rest(&stub).widget(&token(), "x").await.unwrap(), None);
    assert_eq!(rest(&stub).widget(&token(), "x").await.unwrap().unwrap().is_lead_source, None, "nothing is concluded");
    assert!(matches!(rest(&stub).widget(&token(), "../account").await, Err(Error::Invalid { .. })));
}

#[tokio::test]
async fn pipelines() {
    let body = json!({"_total_items": 2, "_embedded": {"pipelines": [{"id": 700100, "name": "Main", "is_main": true,
        "is_archive": false, "_embedded": {"statuses": []}}, {"id": "7", "name": "Old", "is_archive": 1}]}});
    let stub = Stub::answering("200 OK", &body.to_string()).await;
    let pipelines = rest(&stub).pipelines(&token()).await.unwrap();
    assert_eq!(stub.only().target(), "/accounts/shop.amocrm.ru/api/v4/leads/pipelines");
    assert_eq!(pipelines.len(), 2);
    assert!(pipelines[0].is_main && !pipelines[0].is_archive);
    assert!((pipelines[1].id, pipelines[1].is_archive) == (7, true));
    let stub = Stub::answering("204 No Content", "").await;
    assert_eq!(rest(&stub).pipelines(&token()).await.unwrap(), []);
}

#[tokio::test]
async fn refusals_carry_amocrms_words() {
    let body = r#"{"validation-errors":[{"request_id":"0","errors":[{"code":"NotSupportedChoice","path":"0.pipeline_id",
        "detail":"No such choice."}]}],"title":"Bad Request","status":400,"detail":"Request validation failed"}"#;
    let stub = Stub::answering("400 Bad Request", body).await;
    let error = rest(&stub).create_sources(&token(), &[sources::source("a")]).await.unwrap_err();
    let text = "Request validation failed; 0.pipeline_id: No such choice.".to_owned();
    let address = format!("{}/accounts/shop.amocrm.ru/api/v4/sources", stub.base.trim_start_matches("http://"));
    assert_eq!(
        error.to_string(),
        format!(
            "create_sources ({address}): amoCRM answered 400: Request validation failed; 0.pipeline_id: No such choice."
        )
    );
    assert_eq!(error, Error::Refused { call: "create_sources", address, status: 400, retry_after: None, text });
    for (status, expected) in
        [("401 Unauthorized", 401), ("402 Payment Required", 402), ("308 Permanent Redirect", 308)]
    {
        let stub = Stub::new(vec![answer(status, "Location: http://127.0.0.1:1/\r\n", "")]).await;
        let error = rest(&stub).pipelines(&token()).await.unwrap_err();
        assert!(matches!(error, Error::Refused { status, .. } if status == expected), "{error}");
    }
    let stub = Stub::answering("429 Too Many Requests", r#"{"retry_after":"300"}"#).await;
    let error = rest(&stub).pipelines(&token()).await.unwrap_err();
    assert!(matches!(error, Error::Refused { retry_after: Some(wait), .. } if wait.as_secs() == 300), "{error}");
    let stub = Stub::new(vec![Play::Close]).await;
    assert!(matches!(rest(&stub).delete_source(&token(), 1).await.unwrap_err(), Error::NoAnswer { .. }));
}

/// The targets of requests without the stub's own path, readable.
pub fn targets(stub: &Stub) -> Vec<String> {
    let readable = |seen: &crate::stub::Seen| {
        let target = seen.target().strip_prefix("/accounts/shop.amocrm.ru/api/v4/").unwrap().to_owned();
        let target = target.replace("%5B", "[").replace("%5D", "]").replace("%2C", ",");
        format!("{} {target}", seen.method())
    };
    stub.seen().iter().map(readable).collect()
}
