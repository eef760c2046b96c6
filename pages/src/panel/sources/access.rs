//! A source's connection to its messenger: addresses and credentials (stored credentials are never shown), and what its kind
//! supports. The settings of a site's chat are in tabs of one form, so that hidden tabs keep their input; its logo is a form
//! of its own, with a file.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use askama::Template;
use base::error::{Error, Result};
use base::i18n::{Language, Sentence, Words};
use connectors::fit::Thing;
use connectors::kinds::{has_own_server, is_web_chat};
use connectors::webchat::WebChatSettings;
use connectors::{Abilities as Data, AfterUnknown, Field, Stand, Support};
use domain::delivery::read::activity;
use domain::source::{
    ChatSite, EmbedCode, LOGO_BYTES, SourceChange, StateAction, StateReason, photos, remove_logo, set_logo, set_photo,
    version,
};
use entity::source;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{SourceStateView, find, state_view};
use crate::panel::fields::{self, Drawn, name_of};
use crate::panel::{
    self, Answer, AppData, ConsentButton, Fields, Form, Member, Nav, Notice, PageContext, PanelContext, Right,
    picture_form, to,
};

#[derive(Template)]
#[template(path = "panel/sources/access.html")]
struct SourceAccessPage {
    page: PageContext,
    tab: &'static str,
    id: String,
    may: bool,
    state: SourceStateView,
    /// The button for the messenger's own page, to restore lost access.
    consent: Option<ConsentButton>,
    fields: Vec<Drawn>,
    /// Its credentials, which the messenger's own page replaces; empty if there is no such page.
    by_hand: Vec<Drawn>,
    /// The settings in tabs; empty if the kind has none.
    sections: Vec<ChatTab>,
    /// The input of the tabs' script, as JSON.
    given: String,
    embed: Option<EmbedCode>,
    sites: Vec<ChatSite>,
    /// The address of the chat's logo; empty if there is none.
    logo: String,
    /// The team's names, each with the address of its photo, which is empty if there is none.
    team: Vec<(String, String)>,
    errors: Vec<(String, String)>,
    version: i64,
    /// The settings when the page was rendered, as JSON.
    was: String,
    /// It has a signing secret for webhooks that can be changed.
    webhook: bool,
    /// It has a secret with which a site signs its customers' identities.
    site: bool,
    /// A warning if white text is unreadable on the chosen colour.
    color_low: Option<Sentence>,
}

#[derive(Deserialize)]
pub struct TabQuery {
    #[serde(default)]
    tab: String,
}

/// The source when the page was rendered: its version, its settings as JSON, and the open tab.
struct RenderedSource<'source> {
    source: &'source source::Model,
    version: i64,
    was: String,
    tab: String,
}

impl<'source> RenderedSource<'source> {
    fn of(source: &'source source::Model) -> Self {
        Self { source, version: version(source), was: source.settings.clone(), tab: String::new() }
    }

    /// What the form says of it, otherwise the source as it is now.
    fn of_form(source: &'source source::Model, form: &Fields) -> Self {
        let (version, was) = (form.get("version").parse(), form.get("was").to_owned());
        let seen = version.map_or_else(|_| Self::of(source), |version| Self { version, was, ..Self::of(source) });
        Self { tab: form.get("tab").to_owned(), ..seen }
    }
}

fn fields_of(app: &PanelContext, source: &source::Model) -> &'static [Field] {
    app.connectors.get(&source.kind).map_or(&[], |connector| connector.fields())
}

/// The kind's name; empty if it is not built in.
fn kind_of(app: &PanelContext, source: &source::Model) -> &'static str {
    app.connectors.get(&source.kind).map_or("", |connector| connector.kind())
}

/// `GET /panel/sources/{id}/access`.
pub async fn get(app: AppData, member: Member, id: web::Path<String>, asked: web::Query<TabQuery>) -> Answer {
    let source = find(&app, &member, Right::Look, &id).await?;
    let page = member.page(source.name.clone(), Nav::Sources);
    let seen = RenderedSource { tab: asked.into_inner().tab, ..RenderedSource::of(&source) };
    show(&app, &member, page, StatusCode::OK, seen, &stored(&source), Vec::new()).await
}

/// How many letters wait because its messenger refuses the stored access.
async fn waits_for_access(app: &PanelContext, source: &source::Model) -> Result<u64> {
    let state = domain::source::state(&app.sources, source).await?;
    Ok(match state.reason {
        Some(StateReason::AccessRefused) => activity::waiting(app.store.read(), source.tenant_id, source.id).await?,
        _ => 0,
    })
}

/// `POST /panel/sources/{id}/access`.
pub async fn change(app: AppData, member: Member, id: web::Path<String>, form: Form<Fields>) -> Answer {
    let source = find(&app, &member, Right::EditSources, &id).await?;
    let kind = fields_of(&app, &source);
    let names: Vec<String> =
        kind.iter().map(fields::name_of).chain(["version", "was", "tab"].map(str::to_owned)).collect();
    form.allow_only(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
    let seen = RenderedSource::of_form(&source, &form);
    let tab = current_tab(&seen.tab, kind, &[]);
    let words = member.words;
    let before = stored(&source);
    let page = || member.page(source.name.clone(), Nav::Sources).with_error();
    let settings = match fields::read(words, kind, &form, &before, source.secrets.is_some()) {
        Ok(settings) => settings,
        Err((settings, errors)) => {
            return show(&app, &member, page(), StatusCode::UNPROCESSABLE_ENTITY, seen, &settings, errors).await;
        }
    };
    let waited = waits_for_access(&app, &source).await?;
    let change = SourceChange { settings: Some(settings.clone()), ..SourceChange::default() };
    let done =
        domain::source::change(&app.sources, member.tenant_id, source.id, change, Some(seen.version), &member.by())
            .await;
    match done {
        Ok(_) => {
            let tab = if is_web_chat(&source.kind) { format!("?tab={tab}") } else { String::new() };
            let path = format!("/panel/sources/{}/access{tab}", source.id);
            let is_checked = app.connectors.get(&source.kind).is_some_and(|connector| connector.has_webhook());
            let is_new = |field: &Field| field.secret && !form.get(&name_of(field)).trim().is_empty();
            let saved = match is_checked && kind.iter().any(is_new) {
                true => words
                    .text("source-access-saved")
                    .with("messenger", words.text_of("connector-", &source.kind).to_string()),
                false => words.text("common-saved"),
            };
            let goes = (waited > 0).then(|| words.text("source-access-goes-out").with("waiting", waited));
            let said = std::iter::once(saved).chain(goes).map(|one| one.to_string()).collect::<Vec<_>>().join(" ");
            member.see_other(&app, &path, Notice::done(said)).await
        }
        Err(Error::Invalid(wrong)) => {
            let errors = fields::wrong(words, kind, &settings, &wrong);
            show(&app, &member, page(), StatusCode::UNPROCESSABLE_ENTITY, seen, &settings, errors).await
        }
        Err(Error::Changed(changed)) => {
            let now = find(&app, &member, Right::EditSources, &id).await?;
            let was = serde_json::from_str(&seen.was).unwrap_or(before);
            let settings = fields::over(kind, &settings, &was, &stored(&now));
            let page = page().with_notice(super::settings::outrun(&member, &changed));
            let seen = RenderedSource { tab: seen.tab, ..RenderedSource::of(&now) };
            show(&app, &member, page, StatusCode::CONFLICT, seen, &settings, Vec::new()).await
        }
        Err(error) => {
            let status = error.status_code();
            let page = page().with_notice(member.refused(error)?);
            show(&app, &member, page, status, seen, &settings, Vec::new()).await
        }
    }
}

/// The stored settings without credentials.
fn stored(source: &source::Model) -> Value {
    serde_json::from_str(&source.settings).unwrap_or_default()
}

async fn show(
    app: &PanelContext,
    member: &Member,
    page: PageContext,
    status: StatusCode,
    seen: RenderedSource<'_>,
    settings: &Value,
    errors: Vec<(String, String)>,
) -> Answer {
    let source = seen.source;
    let state = domain::source::state(&app.sources, source).await?;
    let masked = domain::source::masked(app, source)?;
    let kind = domain::source::offered(app, fields_of(app, source), settings);
    let drawn = fields::draw(page.words, &kind, settings, Some(&masked), &errors);
    let current = current_tab(&seen.tab, &kind, &errors);
    let sections = chat_tabs(&kind, &drawn, current);
    let chat = WebChatSettings::stored(&source.settings);
    let versions = if chat.team.is_empty() { Default::default() } else { photos(&app.store, source).await? };
    let photo = |(place, name): (usize, &String)| {
        let address = versions.get(name).map(|version| format!("/chat/{}/team/{place}?v={version}", source.id));
        (name.clone(), address.unwrap_or_default())
    };
    let consent = match member.may(Right::EditSources) {
        true => ConsentButton::of(app, member, kind_of(app, source), Some(source.id)).await?,
        false => None,
    };
    let is_by_hand = |field: &Field| consent.is_some() && (field.required || field.secret);
    let (by_hand, others): (Vec<_>, Vec<_>) = kind.iter().zip(drawn).partition(|(field, _)| is_by_hand(field));
    let mut fields: Vec<Drawn> = others.into_iter().map(|(_, field)| field).collect();
    if state.action == Some(StateAction::Reconnect)
        && errors.is_empty()
        && let Some(secret) = fields.iter_mut().find(|field| field.secret)
    {
        secret.has_focus = true;
    }
    let access = SourceAccessPage {
        team: chat.team.iter().enumerate().map(photo).collect(),
        tab: if sections.is_empty() { "access" } else { current },
        given: texts_given(&page, &chat).to_string(),
        embed: domain::source::embed(&app.sources, source),
        sites: if is_web_chat(&source.kind) { domain::source::sites(&app.sources, source).await? } else { Vec::new() },
        logo: match source.logo.as_str() {
            "" => String::new(),
            version => format!("/chat/{}/logo?v={version}", source.id),
        },
        sections,
        id: source.id.to_string(),
        may: member.may(Right::EditSources),
        state: state_view(&page, source, &state),
        consent,
        fields,
        by_hand: by_hand.into_iter().map(|(_, field)| field).collect(),
        version: seen.version,
        was: seen.was,
        webhook: has_own_server(&source.kind),
        site: is_web_chat(&source.kind),
        color_low: color_low(&page, source),
        errors,
        page: page.clone(),
    };
    panel::html_as(status, &page, &access)
}

fn color_low(page: &PageContext, source: &source::Model) -> Option<Sentence> {
    let chat = is_web_chat(&source.kind).then(|| WebChatSettings::stored(&source.settings))?;
    let ratio = page.decimal(&chat.color().low_contrast()?, 1);
    Some(page.words.text("wizard-web-color-low").with("ratio", ratio))
}

/// The tabs in order; each is a section of the kind's fields.
pub const TABS: &[&str] = &["appearance", "before", "after", LANGUAGES, "install"];
/// The tab with own texts for visitors of other languages.
const LANGUAGES: &str = "languages";

/// One tab with its fields.
pub struct ChatTab {
    pub name: &'static str,
    drawn: Vec<Drawn>,
    /// In the tab of languages.
    pub languages: Vec<LanguageTexts>,
    pub current: bool,
}

/// The texts for visitors of one language.
pub struct LanguageTexts {
    pub language: Language,
    drawn: Vec<Drawn>,
}

impl ChatTab {
    /// Title and colour, which most of all make the chat the shop's own: its picture follows them.
    pub fn first(&self) -> &[Drawn] {
        self.drawn.split_at(self.split()).0
    }

    pub fn fields(&self) -> &[Drawn] {
        self.drawn.split_at(self.split()).1
    }

    fn split(&self) -> usize {
        self.drawn.iter().position(|field| field.name == "set.color").map_or(0, |at| at + 1)
    }
}

impl LanguageTexts {
    pub fn fields(&self) -> &[Drawn] {
        &self.drawn
    }

    /// How many of them are written.
    pub fn written(&self) -> usize {
        self.drawn.iter().filter(|field| !field.value.is_empty()).count()
    }

    /// A field needs a correction.
    pub fn is_wrong(&self) -> bool {
        self.drawn.iter().any(|field| !field.error.is_empty())
    }
}

/// The requested tab, unless an error is in another one.
pub fn current_tab(asked: &str, fields: &[Field], errors: &[(String, String)]) -> &'static str {
    let wrong = fields.iter().find(|field| errors.iter().any(|(name, _)| *name == name_of(field)));
    let wanted = wrong.map_or(asked, |field| field.section);
    TABS.iter().copied().find(|tab| *tab == wanted).unwrap_or("appearance")
}

/// The fields by tab; none if the kind has no tabs.
pub fn chat_tabs(fields: &[Field], drawn: &[Drawn], current: &str) -> Vec<ChatTab> {
    if fields.iter().all(|field| field.section.is_empty()) {
        return Vec::new();
    }
    let some = |is_wanted: &dyn Fn(&Field) -> bool| -> Vec<Drawn> {
        let pairs = fields.iter().zip(drawn).filter(|(field, _)| is_wanted(field));
        pairs.map(|(_, drawn)| drawn.clone()).collect()
    };
    let texts =
        |language: Language| LanguageTexts { language, drawn: some(&|field| field.language == language.code()) };
    let tab = |tab: &&'static str| ChatTab {
        name: tab,
        drawn: some(&|field| field.section == *tab && field.language.is_empty()),
        languages: if *tab == LANGUAGES { Language::ALL.map(texts).into() } else { Vec::new() },
        current: *tab == current,
    };
    TABS.iter().map(tab).collect()
}

/// The script's input for the preview.
pub fn texts_given(page: &PageContext, settings: &WebChatSettings) -> Value {
    let words = page.words;
    let say = |key: &'static str| words.text(key).to_string();
    let hours = settings.working_hours.as_ref();
    json!({
        "hours": hours.map(|hours| hours.hours.as_slice()).unwrap_or_default(),
        "away": hours.and_then(|hours| hours.text.as_deref()).unwrap_or_default(),
        "texts": domain::source::preview_texts(),
        "words": {
            "language": words.language().code(),
            "visitor": say("source-preview-language"),
            "colour": say("wizard-web-color"),
            "low": words.text("wizard-web-color-low").with("ratio", "{ratio}").to_string(),
            "question": say("wizard-web-list-question"),
            "answer": say("wizard-web-list-answer"),
            "label": say("wizard-web-list-label"),
            "required": say("wizard-web-list-required"),
            "add_quick_answers": say("wizard-web-list-add-question"),
            "add_custom_fields": say("wizard-web-list-add-field"),
            "add_team": say("wizard-web-list-add-person"),
            "add_allowed_origins": say("wizard-web-list-add-site"),
            "add_hide_on": say("wizard-web-list-add-page"),
            "add_pages": say("wizard-web-list-add-page"),
            "up": say("wizard-web-list-up"),
            "down": say("wizard-web-list-down"),
            "remove": say("wizard-web-list-remove"),
            "hint_quick_answers": say("wizard-web-quick-list-hint"),
            "hint_custom_fields": say("wizard-web-fields-list-hint"),
            "hint_team": say("wizard-web-team-list-hint"),
            "hint_allowed_origins": say("wizard-web-sites-list-hint"),
            "hint_hide_on": say("wizard-web-hide-list-hint"),
            "hint_pages": say("wizard-web-pages-list-hint"),
        }
    })
}

/// `POST /panel/sources/{id}/logo`: the logo, or the photo of someone in the team.
pub async fn change_logo(
    app: AppData,
    member: Member,
    id: web::Path<String>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, actix_web::Error> {
    member.require(Right::EditSources)?;
    let source = find(&app, &member, Right::EditSources, &id).await?;
    if !is_web_chat(&source.kind) {
        return Err(Error::NotFound.into());
    }
    let form = picture_form::read(&app, &request, body, member.csrf(), LOGO_BYTES).await?;
    let (sources, by) = (&app.sources, member.by());
    let done = match (form.which.as_str(), form.removes) {
        ("", true) => remove_logo(sources, &source, &by).await,
        ("", false) => set_logo(sources, &source, form.picture, &by).await,
        (name, removes) => set_photo(sources, &source, name, (!removes).then_some(form.picture), &by).await,
    };
    let notice = match done {
        Ok(()) => Notice::done(member.words.text("common-saved")),
        Err(error @ Error::Invalid(_)) => {
            let said = error.first_text().sentence(member.words, member.crm());
            Notice::failed(member.words.text("said-quoted").with("text", said))
        }
        Err(error) => return Err(error.into()),
    };
    Ok(member.see_other(&app, &format!("/panel/sources/{}/access?tab=appearance", source.id), notice).await?)
}

/// One line of the list.
#[derive(Clone, Debug)]
pub struct AbilityRow {
    pub tone: &'static str,
    pub word: Sentence,
    pub text: Sentence,
}

/// The abilities of a kind.
#[derive(Clone, Debug)]
pub struct KindAbilities {
    pub about: Sentence,
    pub lines: Vec<AbilityRow>,
}

/// The abilities of a kind.
pub fn abilities_of(words: Words, kind: &str, data: &Data) -> KindAbilities {
    let yes = |text: Sentence| AbilityRow { tone: "ok", word: words.text("answer-yes"), text };
    let no = |text: Sentence| AbilityRow { tone: "off", word: words.text("answer-no"), text };
    let mut lines = Vec::new();
    let content = data.content.rows().into_iter().map(|(kind, support)| (Thing::Kind(kind), support)).collect();
    let [native, other, apart, refused] = sorted(words, content);
    lines.extend(native.map(|kinds| yes(words.text("ability-takes").with("kinds", kinds))));
    lines.extend(other.map(|kinds| yes(words.text("ability-takes-as").with("kinds", kinds))));
    lines.extend(apart.map(|kinds| yes(words.text("ability-apart").with("features", kinds))));
    lines.extend(refused.map(|kinds| no(words.text("ability-takes-not").with("kinds", kinds))));
    let features = data.features.rows().into_iter().map(|(one, support)| (Thing::Feature(one), support)).collect();
    let [native, other, apart, refused] = sorted(words, features);
    lines.extend(native.map(|features| yes(words.text("ability-knows").with("features", features))));
    lines.extend(other.map(|features| yes(words.text("ability-replaces").with("features", features))));
    lines.extend(apart.map(|features| yes(words.text("ability-apart").with("features", features))));
    lines.extend(refused.map(|features| no(words.text("ability-lacks").with("features", features))));
    if data.features.write_first == Support::As(Stand::Known) {
        lines.push(yes(words.text("ability-begins-known")));
    }
    lines.push(if data.delivered_on_accept {
        yes(words.text("ability-delivered-on-accept"))
    } else {
        yes(words.text("ability-receipts"))
    });
    lines.push(match data.after_unknown {
        AfterUnknown::RepeatMarked => yes(words.text("ability-repeat-marked")),
        AfterUnknown::RepeatFreely => yes(words.text("ability-repeat-freely")),
        AfterUnknown::AwaitStatus => yes(words.text("ability-await-status")),
        AfterUnknown::ResendOnce => no(words.text("ability-resend-once")),
    });
    lines.push(yes(words.text("ability-speed").with("count", data.requests_per_second)));
    KindAbilities { about: words.text(format!("connector-{kind}-about")), lines }
}

/// Names of what is supported natively, replaced, sent as separate messages, and not supported; `None` for an empty
/// group.
fn sorted(words: Words, things: Vec<(Thing, Support)>) -> [Option<String>; 4] {
    let named = |wanted: fn(Support) -> bool| {
        let names: Vec<String> = things
            .iter()
            .filter(|(_, support)| wanted(*support))
            .map(|(thing, _)| thing.named(words).to_string().to_lowercase())
            .collect();
        Some(names.join(", ")).filter(|names| !names.is_empty())
    };
    [
        named(|support| support == Support::Native),
        named(|support| matches!(support, Support::As(Stand::Text | Stand::Picture | Stand::File))),
        named(|support| support == Support::As(Stand::Apart)),
        named(|support| support == Support::Refused),
    ]
}

/// `GET /panel/sources/{id}/abilities`: they are on the source's page.
pub async fn abilities(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let source = find(&app, &member, Right::Look, &id).await?;
    Ok(to(&format!("/panel/sources/{}#abilities", source.id)))
}
