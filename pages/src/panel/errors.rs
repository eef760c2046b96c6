//! Error pages: what happened and what to do, in the reader's language, within the account's layout if there is one.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use askama::Template;
use base::browser::cookie;
use base::error::{Error, Result};
use base::i18n::{self, Language, LocalizedText};
use domain::identity::realm::{self, FormRejected};
use domain::identity::{member, session};

use super::html::html_as;
use super::member::Member;
use super::navigation::Nav;
use super::page::PageContext;
use super::switcher::OpenAccount;
use super::{Answer, AppData, MemberRole, PanelContext};

#[derive(Template)]
#[template(path = "panel/error.html")]
struct ErrorPage {
    page: PageContext,
    /// What it means and what to do.
    text: String,
    /// Suggested links: address and text.
    ways: Vec<(String, String)>,
    /// The remote error text, collapsed.
    details: String,
}

/// 404 for paths of the panel that do not exist.
pub(super) async fn nothing_here(_member: Option<Member>) -> Answer {
    Err(Error::NotFound)
}

/// Converts errors of handlers and extractors to pages, and forbids caching of every response that does not allow it,
/// because it may contain an account's data.
pub(super) async fn pages(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let mut response = if may_go_on(&request) {
        next.call(request).await?.map_into_boxed_body()
    } else {
        request.error_response(Error::not_storing())
    };
    keep_language(&mut response);
    let mut response = error_page(response).await;
    let headers = response.headers_mut();
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    }
    Ok(response)
}

/// Whether to continue. While the database accepts no writes, changes are refused at once with a page that explains it,
/// instead of waiting.
pub fn may_go_on(request: &ServiceRequest) -> bool {
    let app = request.app_data::<AppData>();
    *request.method() != Method::POST || !app.is_some_and(|app| app.is_read_only())
}

async fn error_page(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let Some(error) = response.response().error() else { return response };
    let shown = if let Some(error) = error.as_error::<Error>() {
        page_of(response.request(), error).await
    } else {
        match error.as_error::<FormRejected>().copied() {
            Some(refused) => page_of_form(response.request(), refused).await,
            None => return response,
        }
    };
    match shown {
        Ok(answer) => response.into_response(answer),
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "an error page could not be rendered");
            response
        }
    }
}

/// Stores a language chosen in the address for later pages.
pub fn keep_language(response: &mut ServiceResponse<BoxBody>) {
    let chosen = response.request().query_string().split('&').find_map(|pair| pair.strip_prefix("lang="));
    let Some(language) = chosen.and_then(Language::of_code) else { return };
    let Some(app) = response.request().app_data::<AppData>() else { return };
    let line = cookie::choice(&app.config.server.public_url, i18n::COOKIE, "/", language.code());
    if let Some(value) = line {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

fn context(request: &HttpRequest, app: &PanelContext, title: &'static str) -> PageContext {
    // Ends the borrow of the extensions, because reading a cookie borrows them too.
    let member = request.extensions().get::<Member>().cloned();
    match member {
        Some(member) => member.page(title, Nav::None),
        None => PageContext::outside(app, request, title).within(app.integrations.ancestors()),
    }
}

fn app_of(request: &HttpRequest) -> Result<&AppData> {
    request.app_data::<AppData>().ok_or(Error::NotFound)
}

async fn page_of(request: &HttpRequest, error: &Error) -> Answer {
    let app = app_of(request)?;
    let status = actix_web::ResponseError::status_code(error);
    let title = match error {
        Error::NotFound => "page-not-found-title",
        Error::Forbidden(_) => "page-forbidden-title",
        Error::Unavailable { .. } => "page-unavailable-title",
        Error::Internal(_) => "page-error-title",
        _ => "page-refused-title",
    };
    let page = context(request, app, title);
    let words = page.words;
    let mut details = String::new();
    let text = match error {
        Error::NotFound => words.text("page-not-found-about").to_string(),
        Error::Forbidden(_) => forbidden(app, request, &page).await?,
        Error::Unavailable { detail, .. } => {
            details = detail.in_words(words, page.crm);
            words.text("page-unavailable").to_string()
        }
        Error::Internal(_) => {
            let number = app.clock.uuid_v7().simple().to_string();
            let number = number[number.len() - 8..].to_uppercase();
            tracing::error!(support.number = %number, "a page could not be shown; the cause is in the previous log line");
            details = words.text("common-support-number").with("request_id", number).to_string();
            words.text("page-error").to_string()
        }
        Error::TooLarge(_) => words.text("page-too-large").to_string(),
        other => {
            details = other.text().in_words(words, page.crm);
            words.text("page-refused").to_string()
        }
    };
    let home = if page.account.is_empty() || page.bound { None } else { Some("/panel".to_owned()) };
    let mut ways: Vec<(String, String)> =
        home.map(|home| (home, words.text("page-to-overview").to_string())).into_iter().collect();
    // A link from an e-mail names no account, and the browser may be signed in to several.
    if matches!(error, Error::NotFound) && request.method() == Method::GET {
        let path = request.uri().path_and_query().map_or("/panel", |path| path.as_str());
        ways.extend(ways_to(&page, path));
    }
    if page.account.is_empty() {
        ways.push(("/panel/sign-in".to_owned(), words.text("page-to-sign-in").to_string()));
    }
    let mut answer = html_as(status, &page, &ErrorPage { page: page.clone(), text, ways, details })?;
    if let Error::TooMany { retry_after, .. } | Error::Unavailable { retry_after, .. } = error {
        answer.headers_mut().insert(header::RETRY_AFTER, (*retry_after).into());
    }
    Ok(answer)
}

/// Names the reader's role, and who can change it.
async fn forbidden(app: &PanelContext, request: &HttpRequest, page: &PageContext) -> Result<String> {
    let words = page.words;
    let tenant_id = request.extensions().get::<Member>().map(|member| member.tenant_id);
    let (Some(role), Some(tenant_id), false) = (page.role, tenant_id, page.view_as) else {
        return Ok(words.text("page-forbidden-looking").to_string());
    };
    let all = member::all(app.store.read(), tenant_id).await?;
    let mut owners: Vec<String> = all
        .into_iter()
        .filter(|(row, _)| row.disabled_at.is_none() && row.role == MemberRole::Owner.as_str())
        .map(|(_, person)| if person.name.is_empty() { person.email } else { person.name })
        .filter(|name| !name.is_empty())
        .take(3)
        .collect();
    if owners.is_empty() {
        owners.push(words.text("team-role-owner").to_string());
    }
    let role = words.text_of("team-role-", role.as_str()).to_string();
    Ok(words.text("page-forbidden").with("role", role).with("admins", owners.join(", ")).to_string())
}

/// The browser's other accounts.
fn ways_to(page: &PageContext, path: &str) -> Vec<(String, String)> {
    let way = |one: &OpenAccount| {
        (one.href(path), page.words.text("page-to-account").with("account", one.host.as_str()).to_string())
    };
    page.accounts.iter().filter(|one| !one.current).map(way).collect()
}

async fn page_of_form(request: &HttpRequest, refused: FormRejected) -> Answer {
    let app = app_of(request)?;
    // The form may have been refused before its reader was known.
    if refused == FormRejected::Stale {
        Member::extract(request).await.ok();
    }
    let (title, text) = match refused {
        FormRejected::NoSession => ("session-ended-title", "session-ended"),
        FormRejected::Foreign => ("page-foreign-form-title", "page-foreign-form"),
        FormRejected::Stale => ("page-stale-form-title", "form-expired"),
    };
    let page = context(request, app, title);
    let hours = session::SessionKind::Panel.idle() / 3_600_000;
    let mut text = page.words.text(text).with("hours", hours).to_string();
    let mut ways = Vec::new();
    // The form is of an earlier session, perhaps in another account: it has done nothing here.
    if refused == FormRejected::Stale && !page.account.is_empty() {
        let (words, account) = (page.words, page.account.as_str());
        text = words.text("form-other-session").with("account", account).to_string();
        ways.push(("/panel".to_owned(), words.text("page-to-account").with("account", account).to_string()));
        ways.extend(ways_to(&page, "/panel"));
    }
    if refused == FormRejected::NoSession && !realm::is_framed(request) {
        ways.push(("/panel/sign-in".to_owned(), page.words.text("page-to-sign-in").to_string()));
    }
    html_as(StatusCode::FORBIDDEN, &page, &ErrorPage { page: page.clone(), text, ways, details: String::new() })
}

/// A form with a file that ended before its end.
pub(super) fn broke_off() -> Error {
    Error::Malformed(LocalizedText::new("said-body-broke"))
}
