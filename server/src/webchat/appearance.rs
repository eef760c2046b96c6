//! `GET /chat/{source_id}/look`: appearance and texts of a chat, for another site's page. Independent of the visitor.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use base::config::Vendor;
use base::error::Error;
use base::i18n::Sentence;
use connectors::webchat::Invitation;
use domain::media::MediaKind;
use serde::Serialize;
use serde_json::Value;

use super::access::{ChatAccess, Result, origin_of};
use super::{by_email, reactions, seen, words};
use crate::webchat::WebchatContext;

/// The script's settings; the page shows the same without it.
#[derive(Clone, Debug, Serialize)]
pub struct Appearance {
    pub title: String,
    /// The version of the picture in the header; empty if there is none.
    pub logo: String,
    pub greeting: String,
    pub color: String,
    /// The text colour on it.
    pub on_color: String,
    /// Fields to ask for before the first message.
    pub ask: Vec<String>,
    /// The consent text; empty if none is required.
    pub consent: String,
    /// Why answers will be delayed; empty if they will not.
    pub away: String,
    /// Whether managers answer now; and the line about it below the title.
    pub here: bool,
    pub status: String,
    /// When the script invites visitors to write; null if it does not.
    pub invitation: Option<Invites>,
    /// Where the button is: `right`, `left`.
    pub side: &'static str,
    /// `auto`, `light`, `dark`.
    pub theme: &'static str,
    /// Who processes the data; empty if the vendor did not say.
    pub privacy: String,
    /// Answers by e-mail can be asked for; see [`super::history::ChatHistory::mail`], which replaces it.
    pub mail: Option<String>,
    /// The reactions offered.
    pub emoji: Vec<&'static str>,
    pub limits: FileLimits,
    pub words: Value,
}

/// How the script invites visitors.
#[derive(Clone, Debug, Serialize)]
pub struct Invites {
    /// `text` or `chat`.
    show: &'static str,
    /// What it says.
    text: String,
    /// Seconds on a page before it does.
    after: u32,
    /// Parts of the pages' addresses, in lower case; if empty, all pages.
    pages: Vec<String>,
}

/// Largest file in bytes, by kind.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct FileLimits {
    picture: u64,
    video: u64,
    audio: u64,
    file: u64,
}

impl Appearance {
    /// The text in place of a picture.
    pub fn initial(&self) -> String {
        self.title.trim().chars().next().into_iter().flat_map(char::to_uppercase).collect()
    }

    /// The label of a question before the first message.
    pub fn label(&self, question: &str) -> &str {
        self.words["ask"][question].as_str().unwrap_or_default()
    }

    pub fn of(app: &WebchatContext, place: &ChatAccess, company: &str) -> Self {
        let (settings, words) = (&place.settings, place.words);
        let limit = |kind: MediaKind| kind.limit(&app.config.media);
        let own =
            |text: &Option<String>, key: &'static str| text.clone().unwrap_or_else(|| words.text(key).to_string());
        let privacy = words.text("chat-privacy").with("company", company).to_string();
        let away = away(app, place);
        let here = away.is_empty();
        let status = if here { settings.reply_time.as_deref().unwrap_or("online") } else { "away" };
        let own_status = settings.reply_text.clone().filter(|_| here);
        let status = back(app, place).unwrap_or_else(|| words.text_of("chat-status-", status));
        let greeting = own(&settings.greeting, "chat-greeting");
        let invitation = settings.invitation.as_ref().and_then(|invitation| invites(invitation, &greeting));
        let mut texts = words::of_script(words);
        for (field, label) in
            settings.ask.iter().filter_map(|field| Some((field, settings.labels.as_ref()?.of(field)?)))
        {
            texts["ask"][field] = label.into();
        }
        Self {
            logo: place.source.logo.clone(),
            title: own(&settings.title, "chat-title"),
            greeting,
            color: settings.color().to_string(),
            on_color: settings.color().text_on().to_string(),
            ask: settings.ask.clone(),
            consent: settings.consent_text.clone().unwrap_or_default(),
            away,
            here,
            status: own_status.unwrap_or_else(|| status.to_string()),
            invitation,
            side: if settings.side.as_deref() == Some("left") { "left" } else { "right" },
            theme: match settings.theme.as_deref() {
                Some("light") => "light",
                Some("dark") => "dark",
                _ => "auto",
            },
            privacy: if company.is_empty() { String::new() } else { privacy },
            mail: by_email::after(app, settings).map(|_| String::new()),
            emoji: reactions::offered(app, place.source.channel_id),
            limits: FileLimits {
                picture: limit(MediaKind::Picture),
                video: limit(MediaKind::Video),
                audio: limit(MediaKind::Audio),
                file: limit(MediaKind::File),
            },
            words: texts,
        }
    }
}

fn invites(invitation: &Invitation, greeting: &str) -> Option<Invites> {
    let show = match invitation.show.as_deref()? {
        "chat" => "chat",
        _ => "text",
    };
    let text = invitation.text.clone().unwrap_or_else(|| greeting.to_owned());
    Some(Invites { show, text, after: invitation.after_seconds.unwrap_or(0), pages: invitation.parts() })
}

fn away(app: &WebchatContext, place: &ChatAccess) -> String {
    let say = |key: &'static str| place.words.text(key).to_string();
    match &place.settings.working_hours {
        _ if place.source.paused => say("chat-paused"),
        Some(hours) if !hours.are_open(app.clock.now()) => hours.text.clone().unwrap_or_else(|| say("chat-away")),
        _ => String::new(),
    }
}

/// When the chat is answered again, outside working hours that begin within a week.
fn back(app: &WebchatContext, place: &ChatAccess) -> Option<Sentence> {
    let now = app.clock.now();
    let hours = place.settings.working_hours.as_ref().filter(|_| !place.source.paused)?;
    let (later, day, minute) = hours.next_opening(now).filter(|_| !hours.are_open(now))?;
    let day = match later {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        _ => day.to_string().to_lowercase(),
    };
    let time = format!("{:02}:{:02}", minute / 60, minute % 60);
    Some(place.words.text("chat-status-back").with("day", day).with("time", time))
}

/// `GET /chat/{source_id}/look`.
pub async fn get(app: web::Data<WebchatContext>, place: ChatAccess, request: HttpRequest) -> Result<HttpResponse> {
    if let Some(origin) = origin_of(&request).filter(|_| place.on_site) {
        seen::record(&app, &place, origin).await;
    }
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::VARY, "Accept-Language"))
        .json(Appearance::of(&app, &place, &company(&app, &place).await?)))
}

/// The company that receives what visitors write: as the chat's account knows it.
pub async fn company(app: &WebchatContext, place: &ChatAccess) -> Result<String, Error> {
    let tenant = app.lookup.tenant(place.source.tenant_id).await?;
    let integration = tenant.and_then(|tenant| app.integrations.named(&tenant.integration));
    Ok(Vendor::of(&app.config, integration.as_deref()).legal_entity)
}
