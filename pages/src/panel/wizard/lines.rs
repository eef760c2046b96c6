//! The lines that were authorized on the messenger's page: a person ticks those that become sources. Each is prepared on
//! its own, so that one that fails is named and the others go on.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use base::error::{Error, Result};
use connectors::{ConsentPage, Identity, OfferedLine};
use domain::source::{SourceChange, SourceKind, SourceStatus, line};
use entity::source;
use futures_util::future::join_all;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{ChosenLine, SourceDraft, Steps, address, asked, draft_of, kind_of, new_external_id, steps, too_old};
use crate::panel::fields::{self, Drawn};
use crate::panel::{self, Answer, AppData, Fields, Form, Member, Nav, Notice, PageContext, PanelContext, Right, Tone};

/// Maximum number of lines kept from one consent, because a session's size is limited.
pub(super) const MOST_LINES: usize = 25;
/// The form's field with the ticked lines.
const LINE: &str = "line";

/// A line that can be ticked.
struct LineChoice {
    line: OfferedLine,
    chosen: bool,
    /// The account's source that has it: it is not offered again, its access can be renewed.
    source: String,
    /// Why it was not connected.
    failed: String,
}

#[derive(Template)]
#[template(path = "panel/wizard/line.html")]
struct WizardLinePage {
    page: PageContext,
    steps: Steps,
    kind: &'static str,
    /// New lines, and those that are sources already.
    choices: Vec<LineChoice>,
    connected: Vec<LineChoice>,
    left_out: usize,
    choice_error: String,
    /// What a number asks for once it was refused, such as its PIN.
    fields: Vec<Drawn>,
    /// Those that are good as they are: folded.
    later: Vec<Drawn>,
    opens_later: bool,
    errors: Vec<(String, String)>,
    /// Nothing was connected; the lines say why.
    failed: bool,
}

/// `GET /panel/sources/new/{kind}/line`.
pub async fn line(app: AppData, member: Member, name: web::Path<String>) -> Answer {
    member.require(Right::EditSources)?;
    let kind = kind_of(&app, &member, &name)?;
    let page = asked::page_of(&app, kind.kind)?;
    let Some(draft) = draft_of(&app, &member, kind.kind) else { return too_old(&app, &member).await };
    match next(&draft) {
        Some(step) => Ok(panel::to(&address(kind.kind, step))),
        None if draft.confirms => confirm(&member, &kind),
        None => show(&app, &member, &kind, page, &draft, StatusCode::OK, Vec::new()).await,
    }
}

/// `POST /panel/sources/new/{kind}/line`: prepares the ticked lines at the messenger, or first leads to its second page.
pub async fn post_line(app: AppData, member: Member, name: web::Path<String>, form: Form<Fields>) -> Answer {
    member.require(Right::EditSources)?;
    let kind = kind_of(&app, &member, &name)?;
    let page = asked::page_of(&app, kind.kind)?;
    let names: Vec<String> = page.fields().iter().map(fields::name_of).chain([LINE.to_owned()]).collect();
    form.allow_only(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
    let Some(mut draft) = draft_of(&app, &member, kind.kind) else { return too_old(&app, &member).await };
    if let Some(step) = next(&draft) {
        return Ok(panel::to(&address(kind.kind, step)));
    }
    draft.failures.clear();
    draft.ticked = ticked(&draft, &form);
    match fields::read(member.words, page.fields(), &form, &Value::Object(Map::new()), true) {
        Ok(typed) => draft.typed = typed,
        Err((typed, errors)) => {
            draft.typed = typed;
            return show(&app, &member, &kind, page, &draft, StatusCode::UNPROCESSABLE_ENTITY, errors).await;
        }
    }
    if draft.ticked.is_empty() {
        let said = member.words.text("wizard-line-choose-one").to_string();
        let errors = vec![(LINE.to_owned(), said)];
        return show(&app, &member, &kind, page, &draft, StatusCode::UNPROCESSABLE_ENTITY, errors).await;
    }
    if confirms(&app, &kind, &draft.ticked_lines())? {
        // Browsers let no form lead to another site, so a page in between does.
        draft.confirms = true;
        draft.keep(&app, &member).await?;
        return Ok(panel::to(&address(kind.kind, "line")));
    }
    match connect(&app, &member, &kind, draft).await? {
        Ok(answer) => Ok(answer),
        Err(draft) => show(&app, &member, &kind, page, &draft, StatusCode::UNPROCESSABLE_ENTITY, Vec::new()).await,
    }
}

#[derive(Template)]
#[template(path = "panel/wizard/confirm.html")]
struct ConfirmLinesPage {
    page: PageContext,
    steps: Steps,
    /// Leads to the messenger's second page.
    href: String,
}

fn confirm(member: &Member, kind: &SourceKind) -> Answer {
    let page = member.page("wizard-title", Nav::Sources);
    let shown = ConfirmLinesPage {
        steps: steps(&page, 2, Some(kind.kind)),
        href: format!("{}?chosen=1", address(kind.kind, "consent")),
        page: page.clone(),
    };
    panel::html(&page, &shown)
}

/// Puts lines that are no sources yet first, because the list is limited.
pub(super) async fn new_first(
    app: &PanelContext,
    member: &Member,
    kind: &str,
    found: Vec<OfferedLine>,
) -> Result<Vec<OfferedLine>> {
    let (mut new, mut own) = (Vec::new(), Vec::new());
    for line in found {
        let is_own = own_source(app, member, kind, &line.key).await?.is_some();
        if is_own { own.push(line) } else { new.push(line) }
    }
    new.append(&mut own);
    Ok(new)
}

/// Those of the lines that are this source's: one, if access to it was granted.
pub(super) async fn of_source(
    app: &PanelContext,
    member: &Member,
    kind: &str,
    found: Vec<OfferedLine>,
    id: Uuid,
) -> Result<Vec<OfferedLine>> {
    let mut own = Vec::new();
    for line in found {
        if own_source(app, member, kind, &line.key).await?.is_some_and(|source| source.id == id) {
            own.push(line);
        }
    }
    Ok(own)
}

/// What the messenger's page returned. A single line was chosen there, so it is connected at once, with the defaults of what
/// the step asks; if that fails, the step shows why.
pub(super) async fn offered(app: &AppData, member: &Member, kind: &SourceKind, mut draft: SourceDraft) -> Answer {
    if let [only] = draft.lines.as_slice()
        && (draft.renews.is_some() || own_source(app, member, kind.kind, &only.key).await?.is_none())
        && !confirms(app, kind, &draft.lines)?
    {
        draft.ticked = vec![only.key.clone()];
        match connect(app, member, kind, draft).await? {
            Ok(answer) => return Ok(answer),
            Err(failed) => draft = failed,
        }
    }
    draft.keep(app, member).await?;
    Ok(panel::to(&address(kind.kind, "line")))
}

/// Whether lines are authorized on a second page of the messenger.
fn confirms(app: &PanelContext, kind: &SourceKind, lines: &[OfferedLine]) -> Result<bool> {
    Ok(asked::page_of(app, kind.kind)?.address_for(lines, "", &asked::back(app, kind.kind)).is_some())
}

/// The lines that came back from the second page, of those that were ticked.
pub(super) async fn authorized(
    app: &AppData,
    member: &Member,
    kind: &SourceKind,
    mut draft: SourceDraft,
    found: Vec<OfferedLine>,
) -> Answer {
    let missing = |line: &OfferedLine| {
        let is_missing = draft.ticked.contains(&line.key) && !found.iter().any(|one| one.key == line.key);
        is_missing.then(|| (line.key.clone(), member.words.text("wizard-line-not-granted").to_string()))
    };
    draft.failures = draft.lines.iter().filter_map(missing).collect();
    let before = draft.lines.clone();
    for line in found {
        if let Some(known) = draft.lines.iter_mut().find(|known| known.key == line.key) {
            *known = line;
        }
    }
    match connect(app, member, kind, draft).await? {
        Ok(answer) => Ok(answer),
        Err(mut draft) => {
            // What was granted did not suffice, so the page is asked again.
            draft.lines = before;
            draft.keep(app, member).await?;
            // This address is used up; the step shows the reasons.
            Ok(panel::to(&address(kind.kind, "line")))
        }
    }
}

/// What became of a ticked line.
enum Connected {
    /// The settings of its source.
    Ready(Value),
    /// Its source, which has new access.
    Renewed(Box<source::Model>),
    Failed(String),
}

/// Prepares the ticked lines, and goes on with those that are ready; without any, the draft has the reasons.
async fn connect(
    app: &AppData,
    member: &Member,
    kind: &SourceKind,
    mut draft: SourceDraft,
) -> Result<Result<HttpResponse, SourceDraft>> {
    let page = asked::page_of(app, kind.kind)?;
    let mut chosen = draft.ticked_lines();
    chosen.retain(|line| !draft.failures.iter().any(|(key, _)| *key == line.key));
    let done = join_all(chosen.iter().map(|line| connect_one(app, member, kind, page, line, &draft.typed))).await;
    let (mut ready, mut renewed) = (Vec::new(), Vec::new());
    for (line, done) in chosen.into_iter().zip(done) {
        match done? {
            Connected::Ready(settings) => ready.push(ChosenLine {
                external_id: new_external_id(kind.kind),
                line: line.shown().to_owned(),
                title: line.called().to_owned(),
                key: line.key,
                settings,
                ..ChosenLine::default()
            }),
            Connected::Renewed(source) => renewed.push(source),
            Connected::Failed(why) => draft.failures.push((line.key, why)),
        }
    }
    let back = |name: &str| member.words.text("wizard-line-renewed").with("source", name).to_string();
    let said: Vec<_> = renewed.iter().map(|source| back(&source.name)).collect();
    match (ready.len(), renewed.as_slice()) {
        (0, []) => {
            draft.keep(app, member).await?;
            Ok(Err(draft))
        }
        (0, renewed) => {
            SourceDraft::forget(app, member).await?;
            let path = match renewed {
                [only] => format!("/panel/sources/{}", only.id),
                _ => "/panel/sources".to_owned(),
            };
            let failed = draft.named_failures().map(|(name, why)| format!("{name}: {why}"));
            let tone = if draft.failures.is_empty() { Tone::Ok } else { Tone::Warn };
            let text = said.into_iter().chain(failed).collect::<Vec<_>>().join(" ");
            member.see_other(app, &path, Notice::of(tone, text)).await.map(Ok)
        }
        (count, _) => {
            if count == 1
                && let Some(only) = ready.pop()
            {
                (draft.settings, draft.line) = (only.settings, only.title);
                (draft.name, draft.checked) = (String::new(), true);
            }
            draft.several = ready;
            draft.keep(app, member).await?;
            let path = address(kind.kind, "routing");
            match said.is_empty() {
                true => Ok(Ok(panel::to(&path))),
                false => member.see_other(app, &path, Notice::done(said.join(" "))).await.map(Ok),
            }
        }
    }
}

async fn connect_one(
    app: &PanelContext,
    member: &Member,
    kind: &SourceKind,
    page: &dyn ConsentPage,
    line: &OfferedLine,
    typed: &Value,
) -> Result<Connected> {
    let own = own_source(app, member, kind.kind, &line.key).await?;
    if own.is_none() {
        let identity = Identity { key: line.key.clone(), name: line.name.clone(), facts: Value::Null };
        let connector = app.connectors.get(kind.kind).ok_or(Error::NotFound)?;
        if let Some(taken) = line::is_taken(&app.sources, member.tenant_id, connector.as_ref(), &identity).await? {
            return Ok(Connected::Failed(taken.in_words(member.words, member.crm())));
        }
    }
    let settings = match page.connect(with(line.settings.clone(), typed.clone())).await {
        Ok(settings) => settings,
        Err(denied) => return Ok(Connected::Failed(denied.text().in_words(member.words, member.crm()))),
    };
    let Some(source) = own else { return Ok(Connected::Ready(settings)) };
    // Its options and everything else stay the same.
    let stored: Value = serde_json::from_str(&source.settings).unwrap_or_default();
    let change = SourceChange { settings: Some(with(stored, settings)), ..SourceChange::default() };
    match domain::source::change(&app.sources, member.tenant_id, source.id, change, None, &member.by()).await {
        Ok(_) => Ok(Connected::Renewed(Box::new(source))),
        Err(error) => Ok(Connected::Failed(member.refused(error)?.text)),
    }
}

/// The account's own source of a line.
async fn own_source(app: &PanelContext, member: &Member, kind: &str, key: &str) -> Result<Option<source::Model>> {
    let Some(id) = line::source_of(&app.sources, kind, key).await? else { return Ok(None) };
    match domain::source::find(&app.sources, member.tenant_id, id).await {
        Ok(source) => Ok(Some(source)),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The page to redirect to if there is nothing to choose here.
fn next(draft: &SourceDraft) -> Option<&'static str> {
    match draft {
        draft if draft.created.is_some() || draft.is_made() => Some("test"),
        SourceDraft { lines, .. } if lines.is_empty() => Some("access"),
        _ => None,
    }
}

/// The keys of the ticked lines. A single line needs no tick.
fn ticked(draft: &SourceDraft, form: &Fields) -> Vec<String> {
    match (form.all(LINE).as_slice(), draft.lines.as_slice()) {
        ([], [only]) => vec![only.key.clone()],
        (ticked, lines) => {
            lines.iter().map(|line| line.key.clone()).filter(|key| ticked.contains(&key.as_str())).collect()
        }
    }
}

/// The line's settings with the entered ones.
fn with(mut settings: Value, typed: Value) -> Value {
    if let (Some(settings), Value::Object(typed)) = (settings.as_object_mut(), typed) {
        settings.extend(typed);
    }
    settings
}

async fn show(
    app: &PanelContext,
    member: &Member,
    kind: &SourceKind,
    consent: &dyn ConsentPage,
    draft: &SourceDraft,
    status: StatusCode,
    errors: Vec<(String, String)>,
) -> Answer {
    let failed = !draft.failures.is_empty();
    // They were just chosen on the messenger's page, unless a second one asks for each.
    let are_chosen = draft.ticked.is_empty() && errors.is_empty() && !confirms(app, kind, &draft.lines)?;
    let page = member.page("wizard-title", Nav::Sources);
    let page = if failed || !errors.is_empty() { page.with_error() } else { page };
    let (mut choices, mut connected) = (Vec::new(), Vec::new());
    for line in &draft.lines {
        let source = own_source(app, member, kind.kind, &line.key).await?;
        let is_lost = source.as_ref().is_some_and(|source| source.status == SourceStatus::Stopped.as_str());
        let choice = LineChoice {
            chosen: draft.ticked.contains(&line.key)
                || draft.lines.len() == 1
                || is_lost
                || (are_chosen && source.is_none()),
            source: source.as_ref().map(|source| source.name.clone()).unwrap_or_default(),
            failed: draft
                .failures
                .iter()
                .find(|(key, _)| *key == line.key)
                .map(|(_, why)| why.clone())
                .unwrap_or_default(),
            line: line.clone(),
        };
        if source.is_some() { connected.push(choice) } else { choices.push(choice) }
    }
    let drawn = fields::draw(page.words, consent.fields(), &draft.typed, None, &errors);
    let (needed, later): (Vec<_>, Vec<_>) = consent.fields().iter().zip(drawn).partition(|(field, _)| field.secret);
    let [needed, later] = [needed, later].map(|some| some.into_iter().map(|(_, drawn)| drawn).collect::<Vec<_>>());
    let shown = WizardLinePage {
        steps: steps(&page, 2, Some(kind.kind)),
        kind: kind.kind,
        choices,
        connected,
        left_out: draft.left_out,
        choice_error: errors.iter().find(|(of, _)| of == LINE).map(|(_, text)| text.clone()).unwrap_or_default(),
        fields: if failed { needed } else { Vec::new() },
        opens_later: later.iter().any(|field| !field.error.is_empty()),
        later,
        errors,
        failed,
        page: page.clone(),
    };
    panel::html_as(status, &page, &shown)
}
