//! HTML: responses with their content security policy, framing and no caching; small fragments for templates, in which all
//! input is escaped; pages and buttons that several pages have; stylesheets, scripts and the logo.

use std::fmt::{Display, Write};

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use anyhow::Context;
use askama::Template;
use askama::filters::{Html, escape};
use base::browser::asset::{self, Asset, PICTURE, SCRIPT, STYLE};
use base::error::{Error, Result};
use base::i18n::{Sentence, When};
use connectors::kinds;
use domain::identity::realm::Realm;
use domain::identity::ticket::{self, TicketTarget, TicketUser};
use uuid::Uuid;

use super::notice::Tone;
use super::{Answer, Member, PageContext, PanelContext};

/// A template of the panel.
pub trait Markup: Template {}

impl<T: Template> Markup for T {}

/// A page with status 200.
pub fn html(page: &PageContext, template: &impl Markup) -> Answer {
    html_as(StatusCode::OK, page, template)
}

/// A page with another status, e.g. 422 for a rejected form.
pub fn html_as(status: StatusCode, page: &PageContext, template: &impl Markup) -> Answer {
    let text = template.render().context("a page of the panel")?;
    let mut answer = nothing_kept(status);
    if let Some(cookie) = &page.remembers {
        answer.append_header((header::SET_COOKIE, cookie.clone()));
    }
    if page.realm == Realm::Admin {
        answer
            .insert_header((header::X_FRAME_OPTIONS, "DENY"))
            .insert_header((header::VARY, "Accept-Language, Cookie"));
    }
    Ok(answer
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, policy(page)))
        .insert_header((header::CONTENT_LANGUAGE, page.words.language().code()))
        .body(page.slot.page(text)))
}

/// A response that must not be cached.
pub fn nothing_kept(status: StatusCode) -> actix_web::HttpResponseBuilder {
    let mut answer = HttpResponse::build(status);
    answer
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // With `no-referrer`, browsers would omit the origin of our own forms.
        .insert_header((header::REFERRER_POLICY, "same-origin"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    answer
}

/// A 303 redirect.
pub fn to(path: &str) -> HttpResponse {
    nothing_kept(StatusCode::SEE_OTHER).insert_header((header::LOCATION, path)).finish()
}

fn policy(page: &PageContext) -> String {
    // Live updates and notifications.
    let live = if page.realm == Realm::Panel { "connect-src 'self'; worker-src 'self'; " } else { "" };
    format!(
        "default-src 'none'; style-src 'self'; font-src 'self'; script-src 'nonce-{}'; img-src 'self' data:; {live}form-action 'self'; \
         base-uri 'none'; object-src 'none'; frame-ancestors {}",
        page.nonce, page.ancestors
    )
}

impl PageContext {
    /// amoCRM's payment page for this account.
    pub fn pay_url(&self) -> String {
        format!("https://{}/settings/pay/", self.account)
    }
}

/// The text with the five special characters of HTML escaped, as templates do it.
pub fn escaped(text: impl Display) -> String {
    let Ok(safe) = escape(text, Html);
    safe.to_string()
}

/// The icon of a tone, 16 × 16, in the colour of the surrounding text; hidden from screen readers, which read the word
/// next to it.
pub fn icon(tone: Tone) -> String {
    let drawing = match tone {
        Tone::Ok => r#"<path d="m3 8.5 3.2 3.2L13 5"/>"#,
        Tone::Wait => r#"<circle cx="8" cy="8" r="6"/><path d="M8 4.5V8l2.5 1.5"/>"#,
        Tone::Warn => r#"<path d="M8 2.2 14.5 13.5h-13z"/><path d="M8 6.2v3.4M8 11.4v.4"/>"#,
        Tone::Bad => r#"<circle cx="8" cy="8" r="6"/><path d="m5.7 5.7 4.6 4.6m0-4.6-4.6 4.6"/>"#,
        Tone::Off => r#"<circle cx="8" cy="8" r="6"/><path d="M5.5 8h5"/>"#,
        Tone::Odd => {
            r#"<circle cx="8" cy="8" r="6"/><path d="M6.2 6.4a1.8 1.8 0 1 1 2.6 1.6c-.6.3-.8.6-.8 1.2M8 11.2v.3"/>"#
        }
    };
    format!(
        r#"<svg class="icon" viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{drawing}</svg>"#
    )
}

/// A state badge: icon and word.
pub fn badge(tone: Tone, word: impl Display) -> String {
    format!(r#"<span class="badge t-{}">{}{}</span>"#, tone.as_str(), icon(tone), escaped(word))
}

/// A messenger's icon; hidden from screen readers, which read the name next to it. The browser keeps one file for all rows.
pub fn mark(kind: &str) -> String {
    format!(r#"<img class="mark" src="/panel/static/mark-{}.svg" alt="">"#, escaped(kind))
}

/// A `<time>` element: the short text, the machine-readable time and the full one.
pub fn time(said: &str, machine: &str, full: &str) -> String {
    let mut out = String::new();
    let _ = write!(out, r#"<time datetime="{}" title="{}">{}</time>"#, escaped(machine), escaped(full), escaped(said));
    out
}

/// `<time>` as "5 minutes ago".
pub fn ago(when: &When) -> String {
    time(&when.adverb(), &when.machine(), &when.full())
}

/// `<time>` that is still to come, as "in 5 minutes".
pub fn due(when: &When) -> String {
    time(&when.due(), &when.machine(), &when.full())
}

/// A hidden form field.
pub fn hidden(name: &str, value: &str) -> String {
    format!(r#"<input type="hidden" name="{}" value="{}">"#, escaped(name), escaped(value))
}

#[derive(Template)]
#[template(path = "panel/confirm.html")]
pub struct ConfirmPage {
    pub sentence: Sentence,
    /// Address that the form posts to.
    pub action: String,
    pub button: Sentence,
    /// The action is irreversible.
    pub danger: bool,
    pub back: String,
    pub page: PageContext,
}

impl ConfirmPage {
    /// Renders the confirmation page.
    pub fn ask(&self) -> Answer {
        html(&self.page, self)
    }
}

/// The button that opens the messenger's page.
pub struct ConsentButton {
    pub href: String,
    pub label: Sentence,
    pub hint: Sentence,
    /// The messenger's page refuses to be framed, so it opens in a new tab.
    pub in_tab: bool,
}

impl ConsentButton {
    /// None if the kind has no such page here. `source`: the one that gets new access; none for a new one.
    pub async fn of(
        app: &PanelContext,
        member: &Member,
        kind: &'static str,
        source: Option<Uuid>,
    ) -> Result<Option<Self>> {
        if app.connectors.get(kind).is_none_or(|connector| connector.consent_page().is_none()) {
            return Ok(None);
        }
        let leads = source.map_or_else(|| TicketTarget::Connect(kind.to_owned()), TicketTarget::ConnectAgain);
        let href = match member.session.crm_user_id.filter(|_| member.here.framed) {
            // A new tab does not have the cookie of amoCRM's frame.
            Some(id) => {
                let is_admin = member.session.is_admin;
                let user = TicketUser { id, name: member.name.clone(), is_admin };
                ticket::url_of_page(&app.identity, member.tenant_id, &user, leads).await?
            }
            None => leads.path(),
        };
        let words = member.words;
        Ok(Some(Self {
            href,
            label: match source {
                Some(_) => words.text("source-action-reconnect"),
                None => words.text_of("wizard-consent-", kind),
            },
            hint: words.text_of("wizard-consent-hint-", kind),
            in_tab: member.here.framed,
        }))
    }
}

fn file_of(name: &str) -> Option<Asset> {
    Some(match name {
        "base.css" => (STYLE, include_str!("../../assets/panel/base.css")),
        "parts.css" => (STYLE, include_str!("../../assets/panel/parts.css")),
        "pages.css" => (STYLE, include_str!("../../assets/panel/pages.css")),
        "charts.js" => (SCRIPT, include_str!("../../assets/panel/charts.js")),
        "lists.js" => (SCRIPT, include_str!("../../assets/panel/lists.js")),
        "fields.js" => (SCRIPT, include_str!("../../assets/panel/fields.js")),
        "chat-frame.js" => (SCRIPT, include_str!("../../assets/panel/chat-frame.js")),
        "chat-preview.js" => (SCRIPT, include_str!("../../assets/panel/chat-preview.js")),
        "forms.css" => (STYLE, include_str!("../../assets/panel/forms.css")),
        "templates.js" => (SCRIPT, include_str!("../../assets/panel/templates.js")),
        "order.js" => (SCRIPT, include_str!("../../assets/panel/order.js")),
        "hours.js" => (SCRIPT, include_str!("../../assets/panel/hours.js")),
        "week.js" => (SCRIPT, include_str!("../../assets/panel/week.js")),
        "chat-settings.js" => (SCRIPT, include_str!("../../assets/panel/chat-settings.js")),
        "panel.js" => (SCRIPT, include_str!("../../assets/panel/panel.js")),
        "push.js" => (SCRIPT, include_str!("../../assets/panel/push.js")),
        "mark.svg" => (PICTURE, include_str!("../../assets/panel/mark.svg")),
        _ => (PICTURE, kinds::mark(name.strip_prefix("mark-")?.strip_suffix(".svg")?)),
    })
}

/// The letters of our pages. Another version gets another name, so browsers keep it without asking again.
const FONT: &str = "inter-4.1.woff2";

/// `GET /panel/static/{file}`.
pub(super) async fn asset(file: web::Path<String>, request: HttpRequest) -> Answer {
    if *file == FONT {
        let font = web::Bytes::from_static(include_bytes!("../../assets/panel/inter-4.1.woff2"));
        let mut answer = asset::respond("font/woff2", font, &request);
        let kept = header::HeaderValue::from_static("public, max-age=31536000, immutable");
        answer.headers_mut().insert(header::CACHE_CONTROL, kept);
        return Ok(answer);
    }
    Ok(asset::answer(file_of(&file).ok_or(Error::NotFound)?, &request))
}

/// `GET /panel/push-worker.js`: the browser's worker for notifications, which may serve the panel's pages only.
pub(super) async fn push_worker(request: HttpRequest) -> HttpResponse {
    asset::answer((SCRIPT, include_str!("../../assets/panel/push-worker.js")), &request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_never_becomes_markup() {
        let attack = r#""><script>alert('1')</script>&"#;
        for html in [badge(Tone::Ok, attack), time(attack, attack, attack), hidden(attack, attack)] {
            assert!(!html.contains("<script"), "{html}");
        }
        assert_eq!(escaped("a<b>&\"'"), "a&#60;b&#62;&#38;&#34;&#39;");
    }
}
