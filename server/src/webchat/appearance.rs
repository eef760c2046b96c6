//! `GET /chat/{source_id}/look`: appearance and texts of a chat, for another site's page. Independent of the visitor.

use std::collections::BTreeMap;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use base::config::Vendor;
use base::error::Error;
use base::i18n::{Language, Sentence, When, Words, decimal};
use connectors::hours::{ClosedTime, WorkingHours, fill};
use connectors::webchat::{ButtonOffset, Color, CustomField, Invitation, QuickAnswer, WebChatSettings, written};
use domain::media::MediaKind;
use entity::{chat_logo, chat_photo};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::access::{self, ChatAccess, origin_of};
use super::{emails, events};
use crate::webchat::{Answer, AppData, WebchatContext};

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
    /// The colour of links, buttons and the focus: the chat's own, as it is readable on light and on dark grounds.
    pub accents: [String; 2],
    /// Fields to ask for before the first message.
    pub ask: Vec<String>,
    /// Those that may stay empty.
    pub optional: Vec<String>,
    /// The shop's own questions.
    pub fields: Vec<CustomField>,
    /// Customers may rate a talk that is over.
    pub rating: bool,
    /// The consent text; empty if none is required.
    pub consent: String,
    /// Why answers will be delayed; empty if they will not.
    pub away: String,
    /// Whether it is said that managers answer now; and the line about it below the title, if there is something to say.
    pub here: bool,
    pub status: String,
    /// When the script invites visitors to write; null if it does not.
    pub invitation: Option<Invites>,
    /// Where the button is: `right`, `left`.
    pub side: &'static str,
    /// `auto`, `light`, `dark`.
    pub theme: &'static str,
    /// Pixels from the edges of a site's window, where they are not the chat's own: `bottom`, `side`.
    pub offset: BTreeMap<&'static str, u32>,
    /// Parts of addresses without the chat, in lower case.
    pub hide_on: Vec<String>,
    /// Those who answer.
    pub team: Vec<TeamMember>,
    /// Frequent questions before the first message.
    pub quick: Vec<QuickAnswer>,
    /// Who processes the data; empty if the vendor did not say.
    pub privacy: String,
    /// Answers by e-mail can be asked for; see [`super::history::ChatHistory::mail`], which replaces it.
    pub mail: Option<String>,
    /// The reactions offered.
    pub emoji: Vec<&'static str>,
    pub limits: FileLimits,
    pub words: Value,
}

/// Someone who answers.
#[derive(Clone, Debug, Serialize)]
pub struct TeamMember {
    pub name: String,
    /// The version of the photo; 0 if there is none.
    pub photo: i64,
}

impl TeamMember {
    pub fn initial(&self) -> String {
        initial(&self.name)
    }
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
        initial(&self.title)
    }

    /// The label of a question before the first message.
    pub fn label(&self, question: &str) -> &str {
        self.words["ask"][question].as_str().unwrap_or_default()
    }

    /// All of it, but for what depends on the visitor.
    pub async fn read(app: &WebchatContext, place: &ChatAccess) -> base::error::Result<Self> {
        let mut look = Self::of(app, place, &company(app, place).await?);
        if !look.team.is_empty() {
            let photos = domain::source::photos(&app.store, &place.source).await?;
            for one in &mut look.team {
                one.photo = photos.get(&one.name).copied().unwrap_or_default();
            }
        }
        Ok(look)
    }

    fn of(app: &WebchatContext, place: &ChatAccess, company: &str) -> Self {
        let (settings, words) = (&place.settings, place.words);
        let limit = |kind: MediaKind| kind.limit(&app.config.media);
        let own =
            |text: &Option<String>, key: &'static str| text.clone().unwrap_or_else(|| words.text(key).to_string());
        let privacy = words.text("chat-privacy").with("company", company).to_string();
        let away = away(app, place);
        // Without working hours it is unknown when managers answer; holidays alone do not say it.
        let here = away.is_empty() && settings.working_hours.as_ref().is_some_and(WorkingHours::has_hours);
        let status = status(app, place, away.is_empty(), here);
        let greeting = own(&settings.greeting, "chat-greeting");
        let invitation = settings.invitation.as_ref().and_then(|invitation| invites(invitation, &greeting));
        let mut texts = script_texts(words);
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
            accents: GROUNDS.map(|ground| accent(settings.color(), ground)),
            ask: settings.ask.clone(),
            optional: settings.ask_optional.clone(),
            fields: settings.custom_fields.iter().map(|line| CustomField::of(line)).collect(),
            rating: settings.rating,
            consent: settings.consent_text.clone().unwrap_or_default(),
            away,
            here,
            status,
            invitation,
            side: if settings.side.as_deref() == Some("left") { "left" } else { "right" },
            theme: match settings.theme.as_deref() {
                Some("light") => "light",
                Some("dark") => "dark",
                _ => "auto",
            },
            offset: settings.offset.as_ref().map(pixels).unwrap_or_default(),
            hide_on: written(&settings.hide_on),
            team: settings.team.iter().map(|name| TeamMember { name: name.clone(), photo: 0 }).collect(),
            quick: settings.quick_answers.iter().map(|line| QuickAnswer::of(line)).collect(),
            privacy: if company.is_empty() { String::new() } else { privacy },
            mail: emails::after(app, settings).map(|_| String::new()),
            emoji: events::offered(app, place.source.channel_id),
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

/// The first letter of a name.
pub fn initial(name: &str) -> String {
    name.trim().chars().next().into_iter().flat_map(char::to_uppercase).collect()
}

fn pixels(offset: &ButtonOffset) -> BTreeMap<&'static str, u32> {
    let both = [("bottom", offset.bottom), ("side", offset.side)];
    both.into_iter().filter_map(|(edge, pixels)| Some((edge, pixels?))).collect()
}

fn invites(invitation: &Invitation, greeting: &str) -> Option<Invites> {
    let show = match invitation.show.as_deref()? {
        "chat" => "chat",
        _ => "text",
    };
    let text = invitation.text.clone().unwrap_or_else(|| greeting.to_owned());
    Some(Invites { show, text, after: invitation.after_seconds.unwrap_or(0), pages: written(&invitation.pages) })
}

/// The darkest ground of links and buttons in the light theme, and the lightest in the dark one (chat.css).
const GROUNDS: [&str; 2] = ["#E4EFFA", "#22303E"];

fn accent(color: Color, ground: &str) -> String {
    Color::parse(ground).map_or(color, |ground| color.readable_on(ground)).to_string()
}

/// The line below the title; empty if nothing is known.
fn status(app: &WebchatContext, place: &ChatAccess, is_answered: bool, here: bool) -> String {
    let (settings, words) = (&place.settings, place.words);
    if !is_answered {
        return back(app, place).unwrap_or_else(|| words.text("chat-status-away")).to_string();
    }
    let known = settings.reply_time.as_deref().or(here.then_some("online"));
    let own = settings.reply_text.clone();
    own.or_else(|| known.map(|known| words.text_of("chat-status-", known).to_string())).unwrap_or_default()
}

fn away(app: &WebchatContext, place: &ChatAccess) -> String {
    let say = |key: &'static str| place.words.text(key).to_string();
    if place.source.paused {
        return say("chat-paused");
    }
    let Some((hours, closed)) = closed(app, place) else { return String::new() };
    let opens = closed.until().map(|until| When::new(until, app.clock.millis(), closed.zone(), place.words).adverb());
    let values = [("name", None), ("opens", opens.as_deref()), ("holiday", closed.holiday)];
    let own = hours.text.as_deref().map(|text| fill(text, &values)).filter(|text| !text.is_empty());
    own.unwrap_or_else(|| say("chat-away"))
}

/// The closed time that it is now; none within working hours, or without any.
fn closed<'place>(app: &WebchatContext, place: &'place ChatAccess) -> Option<(&'place WorkingHours, ClosedTime)> {
    let hours = place.settings.working_hours.as_ref()?;
    Some((hours, hours.closed_at(app.clock.now())?))
}

/// When the chat is answered again, outside working hours that begin within a week.
fn back(app: &WebchatContext, place: &ChatAccess) -> Option<Sentence> {
    let (_, closed) = closed(app, place).filter(|_| !place.source.paused)?;
    let (later, day, time) = closed.opens_within_week()?;
    let day = match later {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        _ => day.to_string().to_lowercase(),
    };
    let time = time.format("%H:%M").to_string();
    Some(place.words.text("chat-status-back").with("day", day).with("time", time))
}

/// `GET /chat/{source_id}/look`.
pub async fn get(app: AppData, place: ChatAccess, request: HttpRequest) -> Answer {
    if let Some(origin) = origin_of(&request).filter(|_| place.on_site) {
        access::record_site(&app, &place, origin).await;
    }
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::VARY, "Accept-Language"))
        .json(Appearance::read(&app, &place).await?))
}

/// The company that receives what visitors write: as the chat's account knows it.
async fn company(app: &WebchatContext, place: &ChatAccess) -> base::error::Result<String> {
    let tenant = app.lookup.tenant(place.source.tenant_id).await?;
    let integration = tenant.and_then(|tenant| app.integrations.named(&tenant.integration));
    Ok(Vendor::of(&app.config, integration.as_deref()).legal_entity)
}

/// How long a picture at its own address is kept: a year.
const FOREVER: &str = "public, max-age=31536000, immutable";

#[derive(Deserialize)]
pub struct PictureQuery {
    /// The version that the page knows.
    #[serde(default)]
    v: String,
}

/// The picture in the header.
pub async fn logo(app: AppData, source_id: web::Path<String>, query: web::Query<PictureQuery>) -> Answer {
    let source = access::source_of(&app, &source_id).await?;
    if source.logo.is_empty() {
        return Err(Error::NotFound.into());
    }
    let picture = chat_logo::Entity::of_tenant(source.tenant_id).filter(chat_logo::Column::SourceId.eq(source.id));
    let row = picture.one(app.store.read()).await?.ok_or(Error::NotFound)?;
    Ok(picture_answer(row.picture, row.mime_type, query.v == source.logo))
}

/// The photo of someone in the team, by the place of their name.
pub async fn photo(app: AppData, path: web::Path<(String, usize)>, query: web::Query<PictureQuery>) -> Answer {
    let (source_id, place) = path.into_inner();
    let source = access::source_of(&app, &source_id).await?;
    let team = WebChatSettings::stored(&source.settings).team;
    let key = (source.tenant_id, source.id, team.into_iter().nth(place).ok_or(Error::NotFound)?);
    let row = chat_photo::Entity::find_by_id(key).one(app.store.read()).await?.ok_or(Error::NotFound)?;
    let is_this = query.v == row.created_at.to_string();
    Ok(picture_answer(row.picture, row.mime_type, is_this))
}

/// `forever`: this address always has this picture.
fn picture_answer(picture: Vec<u8>, mime_type: String, forever: bool) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(mime_type)
        .insert_header((header::CACHE_CONTROL, if forever { FOREVER } else { "no-cache" }))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .insert_header(("Cross-Origin-Resource-Policy", "cross-origin"))
        .body(picture)
}

/// Plural forms of a message with a count `{n}`, by CLDR's names; a language uses those that it has.
#[derive(Debug, Serialize)]
struct PluralForms {
    one: String,
    few: String,
    many: String,
    other: String,
}

impl PluralForms {
    /// Renders each form with a number that has it, then replaces the number by `{n}`. Only Russian has three forms for
    /// whole numbers and another one for fractions; in the other languages five has the form of all but one.
    fn of(words: Words, key: &'static str) -> Self {
        let form =
            |number: i64| words.text(key).with("count", number).to_string().replacen(&number.to_string(), "{n}", 1);
        let other = match words.language() {
            Language::Ru => {
                let fraction = words.text(key).with("count", 1.5).to_string();
                fraction.replacen(&decimal(1.5, 1, words.language()), "{n}", 1)
            }
            Language::En | Language::Es | Language::Pt => form(5),
        };
        Self { one: form(1), few: form(2), many: form(5), other }
    }
}

/// A message with `{name}` for each argument, which the script fills in.
fn marked(words: Words, key: &'static str, names: &[&'static str]) -> String {
    // Characters that no message contains: the code around arguments depends on their text.
    let signs = ["\u{1}", "\u{2}", "\u{3}"];
    let fillings = || names.iter().zip(signs);
    let text = fillings().fold(words.text(key), |text, (name, sign)| text.with(name, sign)).to_string();
    fillings().fold(text, |text, (name, sign)| text.replace(sign, &format!("{{{name}}}")))
}

/// Names of files without a name, by kind.
fn kinds(words: Words) -> Value {
    let named = ["picture", "video", "file", "voice", "audio", "sticker"]
        .map(|kind| (kind.to_owned(), Value::from(words.text_of("messages-kind-", kind).to_string())));
    Value::Object(named.into_iter().collect())
}

/// The script's texts by the names it uses.
fn script_texts(words: Words) -> Value {
    let say = |key: &'static str| words.text(key).to_string();
    let mail = json!({
        "offer": say("chat-mail"),
        "sent": say("chat-mail-sent"),
        "limit": say("chat-mail-limit"),
        "wrong": say("chat-wrong-email"),
    });
    let rating = json!({
        "title": say("chat-rating"),
        "bad": say("chat-rating-bad"),
        "fair": say("chat-rating-fair"),
        "good": say("chat-rating-good"),
        "comment": say("chat-rating-comment"),
        "thanks": say("chat-rating-thanks"),
    });
    let voice = json!({
        "record": say("chat-voice"),
        "recording": say("chat-voice-recording"),
        "denied": say("chat-voice-denied"),
        "play": say("chat-voice-play"),
        "pause": say("chat-voice-pause"),
    });
    let mut all = json!({
        "language": words.language().code(),
        "today": say("chat-today"),
        "yesterday": say("chat-yesterday"),
        "messages": say("chat-messages"),
        "placeholder": say("chat-placeholder"),
        "send": say("chat-send"),
        "open": say("chat-open"),
        "minimise": say("chat-minimise"),
        "attach": say("chat-attach"),
        "attach_limit": marked(words, "chat-attach-limit", &["size"]),
        "camera": say("chat-camera"),
        "smileys": say("chat-smileys"),
        "files": say("chat-files"),
        "remove_file": marked(words, "chat-file-remove", &["file"]),
        "too_big": marked(words, "chat-file-too-big", &["file", "size", "limit"]),
        "too_large": say("chat-file-too-large"),
        "about_you": say("chat-about-you"),
        "ask": { "name": say("chat-ask-name"), "phone": say("chat-ask-phone"), "email": say("chat-ask-email") },
        "you": say("chat-you"),
        "employee": say("chat-employee"),
        "sending": say("chat-state-sending"),
        "sent": say("chat-state-sent"),
        "read": say("chat-state-read"),
        "new": say("chat-new"),
        "failed": say("chat-state-failed"),
        "typing": marked(words, "chat-typing", &["name"]),
        "someone": say("chat-typing-unnamed"),
        "forwarded": say("chat-forwarded"),
        "react": say("chat-react"),
        "choose": say("chat-choose"),
        "kinds": kinds(words),
        "again": say("chat-send-again"),
        "offline": say("chat-offline"),
        "connecting": say("chat-reconnecting"),
        "connected": say("chat-reconnected"),
        "closed": say("chat-closed"),
        "cookies": say("chat-cookies"),
        "unsent": PluralForms::of(words, "chat-unsent"),
        "fresh": PluralForms::of(words, "chat-new-messages"),
        "too_fast": PluralForms::of(words, "chat-too-fast"),
    });
    // The macro has no room for more entries.
    if let Some(all) = all.as_object_mut() {
        all.insert("mail".to_owned(), mail);
        all.insert("optional".to_owned(), marked(words, "chat-optional", &["label"]).into());
        all.insert("required".to_owned(), say("chat-required").into());
        all.insert("sound".to_owned(), say("chat-sound-off").into());
        all.insert("mute".to_owned(), say("chat-sound-on").into());
        all.insert("reply".to_owned(), say("chat-reply").into());
        all.insert("edit".to_owned(), say("chat-edit").into());
        all.insert("voice".to_owned(), voice);
        all.insert("transcript".to_owned(), say("chat-transcript").into());
        all.insert("transcript_sent".to_owned(), say("chat-transcript-sent").into());
        all.insert("rating".to_owned(), rating);
        all.insert("dismiss".to_owned(), say("chat-dismiss").into());
        all.insert("file_kind".to_owned(), say("chat-file-kind").into());
        all.insert("file_empty".to_owned(), marked(words, "chat-file-empty", &["file"]).into());
        all.insert("file_most".to_owned(), marked(words, "chat-file-most", &["count"]).into());
    }
    all
}
