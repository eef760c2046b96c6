//! Step 2: the messenger's settings, checked live before anything is created.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use base::error::{Error, Result};
use base::i18n::{LocalizedText, Sentence, Words};
use connectors::{Connector, Denied, Field, HookTarget, Probe, Settings, Watched, custom};
use domain::settings::mask;
use domain::source::{SourceKind, line};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{SourceDraft, Steps, address, draft_of, kind_of, steps, too_old};
use crate::panel::fields::{self, Drawn};
use crate::panel::{self, Answer, AppData, ConsentButton, Fields, Form, Member, Nav, PageContext, PanelContext, Right};

#[derive(Template)]
#[template(path = "panel/wizard/access.html")]
struct WizardAccessPage {
    page: PageContext,
    steps: Steps,
    kind: &'static str,
    /// The button for the messenger's own page, as an alternative to entering settings here.
    consent: Option<ConsentButton>,
    /// The form is shown at once.
    by_hand: bool,
    fields: Vec<Drawn>,
    /// Those that are good as they are, and can be changed later: folded here.
    later: Vec<Drawn>,
    /// One of them needs a correction.
    opens_later: bool,
    errors: Vec<(String, String)>,
    /// The check passed: what it found.
    passed: Option<String>,
    /// Another service has the connection: the button warns that continuing takes it over.
    moves: bool,
    /// The text of that button.
    take_over: Sentence,
    /// Why the check failed. Continuing is still possible.
    failed: Option<String>,
}

/// The result of a check.
enum AccessCheck {
    Passed(String),
    /// These fields are invalid.
    Wrong(Vec<(String, String)>),
    /// The messenger refused, or did not answer.
    Failed(String),
}

/// `?by=hand` shows the form to people who came back from the messenger's own page.
#[derive(Debug, Default, Deserialize)]
pub struct AccessQuery {
    #[serde(default)]
    by: String,
}

/// `GET /panel/sources/new/{kind}/access`.
pub async fn get(app: AppData, member: Member, name: web::Path<String>, query: web::Query<AccessQuery>) -> Answer {
    member.require(Right::EditSources)?;
    let kind = kind_of(&app, &member, &name)?;
    let mut draft = match draft_of(&app, &member, kind.kind) {
        Some(draft) => draft,
        None if SourceDraft::is_of(&app, &member, kind.kind) => return too_old(&app, &member).await,
        // Nothing was entered yet: an address that was kept, or another messenger was begun meanwhile.
        None => SourceDraft::new(kind.kind),
    };
    if draft.created.is_some() {
        return Ok(panel::to(&address(kind.kind, "test")));
    }
    if !draft.lines.is_empty() {
        if query.by != "hand" {
            return Ok(panel::to(&address(kind.kind, "line")));
        }
        // The settings of a line chosen on the messenger's page are not shown in this form.
        draft = SourceDraft::new(kind.kind);
    }
    let passed = draft.checked.then(|| draft.seen.clone());
    show(&app, &member, &kind, &draft, StatusCode::OK, Vec::new(), passed, None).await
}

/// `POST /panel/sources/new/{kind}/access`: `do` is `check`, `next` (checks first if it was not checked) or `anyway`.
pub async fn post(app: AppData, member: Member, name: web::Path<String>, form: Form<Fields>) -> Answer {
    member.require(Right::EditSources)?;
    let kind = kind_of(&app, &member, &name)?;
    let names: Vec<String> = kind.fields.iter().map(fields::name_of).chain(["do".to_owned()]).collect();
    form.allow_only(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
    // The draft expired while the page was open; its values are in this form, so nothing is lost.
    let mut draft = draft_of(&app, &member, kind.kind).unwrap_or_else(|| SourceDraft::new(kind.kind));
    if draft.created.is_none() && !draft.lines.is_empty() {
        draft = SourceDraft::new(kind.kind);
    }
    if draft.created.is_some() {
        return Ok(panel::to(&address(kind.kind, "test")));
    }
    let before = secrets_of(&kind, &draft.settings);
    let settings = match fields::read(member.words, kind.fields, &form, &before, has_secrets(&before)) {
        Ok(settings) => with_kept(settings, before),
        Err((settings, errors)) => {
            draft.settings = with_kept(settings, before);
            draft.checked = false;
            draft.keep(&app, &member).await?;
            return show(&app, &member, &kind, &draft, StatusCode::UNPROCESSABLE_ENTITY, errors, None, None).await;
        }
    };
    let same = draft.checked && draft.settings == settings;
    draft.settings = settings;
    let asked = form.get("do");
    if same && asked == "next" {
        draft.keep(&app, &member).await?;
        return Ok(panel::to(&address(kind.kind, "routing")));
    }
    let checked = check(&app, &member, &kind, &mut draft).await?;
    draft.checked = matches!(checked, AccessCheck::Passed(_));
    if let AccessCheck::Wrong(errors) = &checked {
        draft.settings = without_wrong(&kind, &draft.settings, errors);
    }
    draft.seen = if let AccessCheck::Passed(seen) = &checked { seen.clone() } else { String::new() };
    draft.keep(&app, &member).await?;
    match checked {
        // A connection is not taken over from another service before the person has read which service has it.
        AccessCheck::Passed(_) if asked == "check" || draft.moves => Ok(panel::to(&address(kind.kind, "access"))),
        AccessCheck::Passed(_) => Ok(panel::to(&address(kind.kind, "routing"))),
        AccessCheck::Failed(_) if asked == "anyway" => Ok(panel::to(&address(kind.kind, "routing"))),
        AccessCheck::Failed(why) => {
            show(&app, &member, &kind, &draft, StatusCode::UNPROCESSABLE_ENTITY, Vec::new(), None, Some(why)).await
        }
        AccessCheck::Wrong(errors) => {
            show(&app, &member, &kind, &draft, StatusCode::UNPROCESSABLE_ENTITY, errors, None, None).await
        }
    }
}

/// Only the credentials of the earlier settings: the form contains all other fields.
fn secrets_of(kind: &SourceKind, settings: &Value) -> Value {
    let secrets = kind.fields.iter().filter(|field| field.secret);
    let kept: Map<String, Value> =
        secrets.filter_map(|field| Some((field.name.to_owned(), settings.get(field.name)?.clone()))).collect();
    Value::Object(kept)
}

/// An empty credential field keeps the value entered before.
fn with_kept(mut settings: Value, before: Value) -> Value {
    if let (Some(settings), Value::Object(before)) = (settings.as_object_mut(), before) {
        for (name, value) in before {
            settings.entry(name).or_insert(value);
        }
    }
    settings
}

/// The settings without credentials that were refused: the form asks for them again instead of offering to keep them.
fn without_wrong(kind: &SourceKind, settings: &Value, errors: &[(String, String)]) -> Value {
    let mut settings = settings.as_object().cloned().unwrap_or_default();
    let is_wrong = |field: &&Field| field.secret && errors.iter().any(|(name, _)| *name == fields::name_of(field));
    for field in kind.fields.iter().filter(is_wrong) {
        settings.remove(field.name);
    }
    Value::Object(settings)
}

fn has_secrets(settings: &Value) -> bool {
    settings.as_object().is_some_and(|kept| !kept.is_empty())
}

/// The connection's public name; empty if this kind has none, or it is currently unknown. Otherwise the errors of its
/// credentials.
async fn line_of(
    app: &PanelContext,
    member: &Member,
    connector: &dyn Connector,
    settings: &Settings,
) -> Result<Result<String, LocalizedText>> {
    match connector.identity(settings).await {
        Ok(Some(identity)) => {
            let taken = line::is_taken(&app.sources, member.tenant_id, connector, &identity).await?;
            Ok(taken.map_or(Ok(identity.name), Err))
        }
        Ok(None) | Err(Denied::Away(_)) => Ok(Ok(String::new())),
        Err(denied) => Ok(Err(denied.into_text())),
    }
}

/// Checks the draft's settings; stores the connection's name in it, and whether another service has the connection.
async fn check(app: &PanelContext, member: &Member, kind: &SourceKind, draft: &mut SourceDraft) -> Result<AccessCheck> {
    let connector = app.connectors.get(kind.kind).ok_or(Error::NotFound)?;
    let setup = match domain::source::setup_of(app, connector.as_ref(), draft.settings.clone()) {
        Ok(setup) => setup,
        Err(errors) => {
            return Ok(AccessCheck::Wrong(fields::wrong(member.words, kind.fields, &draft.settings, &errors)));
        }
    };
    let mut secrets = setup.secrets;
    // The real secret is created with the source; a receiver that checks signatures will reject this temporary one.
    secrets.entry(custom::SECRET.to_owned()).or_insert_with(custom::new_secret);
    let settings = Settings { public: setup.public, secrets };
    let source_id = app.clock.uuid_v7();
    let probe = Probe {
        id: app.clock.uuid_v7(),
        source_id,
        now: app.clock.now(),
        hook_url: line::hook_url(app, kind.kind, source_id),
        is_new: true,
    };
    let said = |said: LocalizedText| said.in_words(member.words, member.crm());
    match line_of(app, member, connector.as_ref(), &settings).await? {
        Ok(name) => draft.line = name,
        Err(why) => {
            let field = kind.fields.iter().find(|field| field.secret).map(fields::name_of).unwrap_or_default();
            return Ok(AccessCheck::Wrong(vec![(field, said(why))]));
        }
    }
    let seen = match connector.check_access(&settings).await {
        Ok(seen) => seen,
        Err(denied) => return Ok(AccessCheck::Failed(said(denied.into_text()))),
    };
    let hook = HookTarget { url: probe.hook_url.clone(), secret: Default::default() };
    draft.moves = matches!(connector.watch(&settings, &hook, probe.now).await, Ok(Watched::Elsewhere { .. }));
    match connector.check_webhook(&settings, &probe).await {
        Ok(more) => {
            let named = Some(draft.line.as_str()).filter(|name| !name.is_empty());
            let seen = named.map(|name| LocalizedText::new("wizard-access-ok").with("name", name)).or(seen);
            let seen: Vec<_> = seen.into_iter().chain(more).map(said).collect();
            Ok(AccessCheck::Passed(seen.join("\n")))
        }
        Err(denied) => Ok(AccessCheck::Failed(said(denied.into_text()))),
    }
}

#[expect(clippy::too_many_arguments, reason = "the parts of one page")]
async fn show(
    app: &PanelContext,
    member: &Member,
    kind: &SourceKind,
    draft: &SourceDraft,
    status: StatusCode,
    errors: Vec<(String, String)>,
    passed: Option<String>,
    failed: Option<String>,
) -> Answer {
    let page = member.page("wizard-title", Nav::Sources);
    let page = if status == StatusCode::OK { page } else { page.with_error() };
    // Only the end of a stored credential is shown.
    let masked: Map<String, Value> = secrets_of(kind, &draft.settings)
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), Value::String(mask(value.as_str().unwrap_or_default()))))
        .collect();
    let offered = domain::source::offered(app, kind.fields, &draft.settings);
    let drawn = fields::draw(page.words, &offered, &draft.settings, Some(&Value::Object(masked)), &errors);
    let asked = offered.iter().zip(drawn).filter(|(field, _)| field.language.is_empty());
    let (fields, later): (Vec<_>, Vec<_>) = asked.partition(|(field, _)| is_asked_first(field));
    let [fields, later] = [fields, later].map(|some| some.into_iter().map(|(_, drawn)| drawn).collect::<Vec<Drawn>>());
    let access = WizardAccessPage {
        steps: steps(&page, 2, Some(kind.kind)),
        kind: kind.kind,
        consent: ConsentButton::of(app, member, kind.kind, None).await?,
        by_hand: status != StatusCode::OK || passed.is_some() || has_secrets(&draft.settings),
        opens_later: later.iter().any(|field| !field.error.is_empty()),
        fields,
        later,
        errors: errors.into_iter().filter(|(name, _)| !name.is_empty()).collect(),
        take_over: page.words.text(take_over(page.words, kind.kind)),
        moves: draft.moves && passed.is_some(),
        passed,
        failed,
        page: page.clone(),
    };
    panel::html_as(status, &page, &access)
}

/// Whether a new source needs the field: what must be entered, where a chat is installed and what it is called.
fn is_asked_first(field: &Field) -> bool {
    field.required || field.essential
}

/// The text of the button that takes a line over: the kind's own text, if it has one.
fn take_over(words: Words, kind: &str) -> String {
    let own = format!("wizard-take-over-{kind}");
    if words.has(&own) { own } else { "wizard-take-over".to_owned() }
}
