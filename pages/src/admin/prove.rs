//! Operators prove again who they are before they change integrations, channels, operators and plans: a session that was
//! left open is not enough. The proof counts for ten minutes of its session.

use actix_web::http::{Method, StatusCode};
use actix_web::web;
use askama::Template;
use base::error::Result;
use base::i18n::Sentence;
use chrono::TimeDelta;
use domain::identity::{Form, session as sessions};
use entity::session;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;
use url::form_urlencoded::byte_serialize;

use super::operator::{AdminVisitor, Operator, SIGN_IN, elsewhere};
use crate::panel::{Answer, AppData, NotProved, PageContext, PanelContext, html_as, to as redirect};

const HERE: &str = "/admin/prove";
/// The name under which the session stores until when the proof counts, in milliseconds since 1970.
const UNTIL: &str = "proved_until";
/// For how long it does.
const LIFE: TimeDelta = TimeDelta::minutes(10);

#[derive(Template)]
#[template(path = "admin/prove.html")]
struct ProvePage {
    page: PageContext,
    /// Where to continue.
    to: String,
    wrong: Option<Sentence>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProveQuery {
    #[serde(default)]
    to: String,
    /// The page's language.
    #[serde(default, rename = "lang")]
    _lang: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProveForm {
    /// The current password, or a code of the authenticator.
    current: SecretString,
    to: String,
}

/// Refuses what needs a proof while there is none.
pub(super) fn gate(
    app: &PanelContext,
    session: &session::Model,
    method: &Method,
    path: &str,
) -> Result<(), actix_web::Error> {
    let until: Option<i64> = sessions::data(&app.identity, session, UNTIL);
    if !needs(method, path) || until.is_some_and(|until| until > app.clock.millis()) {
        return Ok(());
    }
    let to: String = byte_serialize(page_of(method, path).as_bytes()).collect();
    Err(elsewhere(&format!("{HERE}?to={to}")))
}

/// Whether a page or a form below `/admin` needs a proof. A form that is filled in needs it before it is shown.
fn needs(method: &Method, path: &str) -> bool {
    match parts(path).as_slice() {
        ["integrations", ..] | ["operators", _, ..] => true,
        ["operators"] | ["accounts", _, "plan"] => *method != Method::GET,
        _ => false,
    }
}

/// The page with the form: forms are sent again after the proof.
fn page_of(method: &Method, path: &str) -> String {
    match parts(path).as_slice() {
        _ if *method == Method::GET => path.to_owned(),
        ["integrations", ..] => "/admin/channels".to_owned(),
        ["accounts", id, ..] => format!("/admin/accounts/{id}"),
        _ => "/admin/operators".to_owned(),
    }
}

fn parts(path: &str) -> Vec<&str> {
    path.trim_start_matches("/admin").split('/').filter(|part| !part.is_empty()).collect()
}

/// Asks for the password or a code.
pub async fn show(Operator(visitor): Operator, query: web::Query<ProveQuery>) -> Answer {
    answer(&visitor, StatusCode::OK, &query.to, None)
}

/// Checks it and leads on.
pub async fn enter(app: AppData, Operator(visitor): Operator, form: Form<ProveForm>) -> Answer {
    let ProveForm { current, to } = form.0;
    match visitor.prove(&app, current, "operator.proved").await? {
        None => {
            let until = app.clock.millis().saturating_add(LIFE.num_milliseconds());
            visitor.set_data(&app, UNTIL, Some(&until)).await?;
            let object = visitor.person.id.to_string();
            visitor.audit(&app, app.store.write(), "operator.proved", &object, json!({})).await?;
            Ok(redirect(safe(&to)))
        }
        Some(NotProved::Refused(status, wrong)) => answer(&visitor, status, &to, Some(wrong)),
        Some(NotProved::Ended) => Ok(redirect(SIGN_IN)),
    }
}

/// A page of the admin; anything else leads to its overview.
fn safe(to: &str) -> &str {
    let is_page = to.starts_with("/admin/") && to.bytes().all(|byte| byte.is_ascii_graphic());
    if is_page { to } else { "/admin" }
}

fn answer(visitor: &AdminVisitor, status: StatusCode, to: &str, wrong: Option<Sentence>) -> Answer {
    let page = visitor.page("admin-prove", "").with_error_if(wrong.is_some());
    html_as(status, &page, &ProvePage { to: safe(to).to_owned(), wrong, page: page.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_that_change_integrations_operators_and_plans_need_a_proof() {
        let (get, post) = (Method::GET, Method::POST);
        for (method, path, page) in [
            (&get, "/admin/integrations", "/admin/integrations"),
            (&post, "/admin/integrations", "/admin/channels"),
            (&get, "/admin/integrations/main/channels/1", "/admin/integrations/main/channels/1"),
            (&post, "/admin/integrations/main/channels/1/remove", "/admin/channels"),
            (&post, "/admin/operators", "/admin/operators"),
            (&post, "/admin//operators/7/link", "/admin/operators"),
            (&get, "/admin/operators/7/disable", "/admin/operators/7/disable"),
            (&post, "/admin/accounts/7/plan", "/admin/accounts/7"),
        ] {
            assert!(needs(method, path), "{method} {path}");
            assert_eq!(page_of(method, path), page);
        }
        for (method, path) in [
            (&get, "/admin/operators"),
            (&get, "/admin/channels"),
            (&post, "/admin/accounts/7/notes"),
            (&post, "/admin/prove"),
            (&get, "/admin"),
        ] {
            assert!(!needs(method, path), "{method} {path}");
        }
    }

    #[test]
    fn it_leads_to_pages_of_the_admin_only() {
        assert_eq!(safe("/admin/operators"), "/admin/operators");
        for other in ["", "//evil.example", "https://evil.example", "/panel", "/admin/a b", "/admin/\r\nx", "/adminx"] {
            assert_eq!(safe(other), "/admin", "{other}");
        }
    }
}
