//! The pages of the sign-in, and where it may continue.

use actix_web::HttpRequest;
use actix_web::http::{StatusCode, header};
use askama::Template;
use domain::identity::mail;
use domain::identity::throttle::{self, AttemptOrigin, Wait};
use serde::Deserialize;

use crate::panel::html::{html, html_as};
use crate::panel::switcher::OpenAccount;
use crate::panel::{Answer, Notice, PageContext, PanelContext};

#[derive(Template)]
#[template(path = "panel/sign_in.html")]
struct SignInPage {
    page: PageContext,
    email: String,
    to: String,
    /// Whether links can be requested by e-mail.
    by_mail: bool,
    /// Further words, if the form was not sent yet: the accounts that this browser is already signed in to.
    open: Vec<OpenAccount>,
}

#[derive(Template)]
#[template(path = "panel/framed.html")]
struct Framed {
    page: PageContext,
    /// Address for the new tab.
    href: String,
}

/// For a frame in which the browser stores none of our cookies: continues in a tab.
pub(super) fn framed(app: &PanelContext, request: &HttpRequest, href: &str) -> Answer {
    let page = PageContext::outside(app, request, "sign-in-framed-title").within(app.integrations.ancestors());
    html(&page, &Framed { page: page.clone(), href: href.to_owned() })
}

pub(super) fn form(app: &PanelContext, status: StatusCode, page: PageContext, email: &str, to: &str) -> Answer {
    form_beside(app, status, page, email, to, Vec::new())
}

/// The form, and the accounts that this browser is already signed in to.
pub(super) fn form_beside(
    app: &PanelContext,
    status: StatusCode,
    page: PageContext,
    email: &str,
    to: &str,
    open: Vec<OpenAccount>,
) -> Answer {
    let sign_in = SignInPage {
        page: page.clone(),
        email: email.to_owned(),
        to: to.to_owned(),
        by_mail: mail::is_on(&app.identity),
        open,
    };
    html_as(status, &page, &sign_in)
}

/// Shows the form again after too many attempts, with this text, which gets `seconds` and `minutes`.
pub(super) fn too_many(
    app: &PanelContext,
    page: PageContext,
    email: &str,
    to: &str,
    key: &'static str,
    wait: Wait,
) -> Answer {
    let said = page.words.text(key).with("seconds", wait.seconds).with("minutes", wait.minutes());
    let page = page.with_notice(Notice::failed(said)).with_error();
    let mut answer = form(app, StatusCode::TOO_MANY_REQUESTS, page, email, to)?;
    answer.headers_mut().insert(header::RETRY_AFTER, wait.seconds.into());
    Ok(answer)
}

/// A page with one button: the token is used only when its form is submitted, not when the address is opened.
#[derive(Template)]
#[template(path = "panel/link.html")]
pub(super) struct OpenLinkPage {
    page: PageContext,
    /// The form's address, and the name of the field with the token.
    action: &'static str,
    field: &'static str,
    token: String,
    /// The explanation of what the button opens.
    text: String,
    button: String,
}

impl OpenLinkPage {
    pub(super) fn new(
        page: PageContext,
        action: &'static str,
        field: &'static str,
        token: String,
        text: String,
        button: &'static str,
    ) -> Self {
        let button = page.words.text(button).to_string();
        Self { page, action, field, token, text, button }
    }

    pub(super) fn answer(&self) -> Answer {
        html(&self.page, self)
    }
}

#[derive(Template)]
#[template(path = "panel/link_used.html")]
struct UsedLinkPage {
    page: PageContext,
}

#[derive(Deserialize)]
pub(super) struct LinkTokenQuery {
    #[serde(default)]
    pub token: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LinkTokenForm {
    pub token: String,
}

/// The page of a link or ticket that is no longer valid, recorded in the audit log.
pub(super) fn refuse(app: &PanelContext, request: &HttpRequest, token: &str) -> Answer {
    throttle::token_refused(
        &app.identity,
        "member.signed_in",
        "link_or_ticket",
        token,
        &AttemptOrigin::of(request, &app.identity),
    );
    used(app, request)
}

/// The page of a link or ticket that is no longer valid.
pub(super) fn used(app: &PanelContext, request: &HttpRequest) -> Answer {
    let page = PageContext::outside(app, request, "sign-in-link-used-title").within(app.integrations.ancestors());
    html_as(StatusCode::GONE, &page, &UsedLinkPage { page: page.clone() })
}

/// The path if it belongs to the panel, otherwise the default, because return addresses come from the address bar.
pub(super) fn safe(path: &str) -> &str {
    let inside = path == "/panel" || path.starts_with("/panel/") || path.starts_with("/panel?");
    let plain = path.bytes().all(|sign| sign.is_ascii_graphic() && sign != b'\\') && !path.contains("//");
    let doors = ["/panel/sign-in", "/panel/link", "/panel/enter", "/panel/choose", "/panel/sign-out", "/panel/events"];
    if inside && plain && !doors.iter().any(|door| path.starts_with(door)) { path } else { "/panel" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn return_addresses_stay_in_the_panel() {
        for good in ["/panel", "/panel/sources", "/panel/messages?status=failed&phone=%2B7", "/panel?x=1"] {
            assert_eq!(safe(good), good);
        }
        for bad in [
            "https://evil.example/panel",
            "//evil.example/panel",
            "/panel//evil.example",
            "/panel/\\evil.example",
            "/panelevil",
            "/admin",
            "/panel/sign-out",
            "/panel/x\r\nSet-Cookie: a=b",
            "javascript:alert(1)",
            "",
        ] {
            assert_eq!(safe(bad), "/panel", "{bad:?}");
        }
    }
}
