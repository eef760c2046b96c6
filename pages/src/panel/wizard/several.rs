//! Steps 3 and 4 for several lines at once: a name each, one of them default at most, and the rest asked once. They are
//! created one after another; one that amoCRM refuses is named, and can be tried again while the others stand.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use base::error::Error;
use base::i18n::Sentence;
use domain::delivery::read::activity;
use domain::source::{SourceKind, line};
use serde_json::Value;

use super::routing::{self, SHARED, channels, default_now, free_name, made, offered_pipelines, rules};
use super::{SourceDraft, Steps, address, draft_of, kind_of, steps, too_old};
use crate::panel::choice::SelectOption;
use crate::panel::sources::error_in_words;
use crate::panel::{self, Answer, AppData, Fields, Form, Member, Nav, Notice, PageContext, Right, Tone};

/// A line that becomes a source.
struct NamedLine {
    /// Its place among the chosen ones, in the names of the form.
    place: usize,
    line: String,
    name: String,
    error: String,
    /// It is a source already; the others were refused.
    is_made: bool,
    is_default: bool,
}

#[derive(Template)]
#[template(path = "panel/wizard/several.html")]
struct SeveralPage {
    page: PageContext,
    steps: Steps,
    kind: &'static str,
    errors: Vec<(String, String)>,
    lines: Vec<NamedLine>,
    is_made: bool,
    pipeline_error: String,
    pipelines: Option<Vec<SelectOption>>,
    age: Option<Sentence>,
    /// The account's default source; it stays so unless one of these is chosen.
    default_now: Option<String>,
    no_default: bool,
    rules: Vec<SelectOption>,
    channels: Vec<SelectOption>,
    failures: Vec<(String, String)>,
}

/// `GET /panel/sources/new/{kind}/routing`.
pub async fn routing(app: AppData, member: Member, name: web::Path<String>) -> Answer {
    member.require(Right::EditSources)?;
    let kind = kind_of(&app, &member, &name)?;
    let Some(mut draft) = draft_of(&app, &member, kind.kind) else { return too_old(&app, &member).await };
    if draft.several.is_empty() {
        return routing::routing(app, member, kind, draft).await;
    }
    if draft.is_complete() {
        return Ok(panel::to(&address(kind.kind, "test")));
    }
    let mut taken = routing::names(&app, &member).await?;
    for line in draft.several.iter_mut().filter(|line| line.name.is_empty()) {
        line.name = free_name(&line.title.replace('\u{a0}', " "), &taken);
        taken.push(line.name.clone());
    }
    let page = member.page("wizard-title", Nav::Sources);
    let is_first = default_now(&app, &member).await?.is_none();
    let default = if is_first { draft.several.first().map(|line| line.key.clone()) } else { None };
    show(&app, &member, page, &kind, &draft, default, StatusCode::OK, Vec::new()).await
}

/// `POST /panel/sources/new/{kind}/routing`: creates the sources that do not exist yet.
pub async fn post_routing(app: AppData, member: Member, name: web::Path<String>, form: Form<Fields>) -> Answer {
    member.require(Right::EditSources)?;
    let kind = kind_of(&app, &member, &name)?;
    let Some(mut draft) = draft_of(&app, &member, kind.kind) else { return too_old(&app, &member).await };
    if draft.several.is_empty() {
        return routing::post_routing(app, member, kind, draft, &form).await;
    }
    let names: Vec<String> = (0..draft.several.len()).map(name_of).collect();
    form.allow_only(&names.iter().map(String::as_str).chain(SHARED).collect::<Vec<_>>())?;
    draft.read_shared(&form);
    for (line, name) in draft.several.iter_mut().zip(&names).filter(|(line, _)| line.created.is_none()) {
        line.name = form.get(name).trim().to_owned();
    }
    let default = form.get("default").parse::<usize>().ok();
    let default = default.and_then(|place| draft.several.get(place)).map(|line| line.key.clone());
    draft.keep(&app, &member).await?;
    let mut errors = Vec::new();
    let mut refused = Vec::new();
    for place in 0..draft.several.len() {
        let Some(line) = draft.several.get(place).filter(|line| line.created.is_none()).cloned() else { continue };
        draft.default = default.as_deref() == Some(line.key.as_str());
        let wanted = draft.wanted(&line.name, &line.external_id, line.settings);
        let made = match domain::source::create(&app.sources, member.tenant_id, wanted, &member.by()).await {
            Ok(created) => Some(created.source.id),
            // The form was sent twice; the first request creates the source.
            Err(Error::Conflict { problem: "external_id_taken", detail }) => {
                let made = made(&app, &member, &line.external_id).await?.filter(|source| source.is_made());
                let made = made.map(|source| source.id);
                if made.is_none() {
                    refused.push(format!("{}: {}", line.name, detail.in_words(member.words, member.crm())));
                }
                made
            }
            Err(Error::Invalid(wrong)) => {
                let of_line = |(field, said): (String, String)| match field.as_str() {
                    "pipeline" => (field, said),
                    _ => (name_of(place), said),
                };
                errors.extend(wrong.iter().map(|error| of_line(error_in_words(&member, &line.name, error))));
                None
            }
            Err(error) => {
                refused.push(format!("{}: {}", line.name, member.refused(error)?.text));
                None
            }
        };
        if let (Some(id), Some(line)) = (made, draft.several.get_mut(place)) {
            // What exists is remembered before the next one is created.
            (line.created, line.settings) = (Some(id), Value::Null);
            draft.keep(&app, &member).await?;
        }
    }
    if draft.is_complete() {
        draft.forget_credentials();
        draft.keep(&app, &member).await?;
        let names: Vec<&str> = draft.several.iter().map(|line| line.name.as_str()).collect();
        let done =
            member.words.text("wizard-several-created").with("sources", names.join(", ")).with("crm", member.crm());
        return member.see_other(&app, &address(kind.kind, "test"), Notice::done(done)).await;
    }
    errors.sort();
    errors.dedup();
    let page = member.page("wizard-title", Nav::Sources).with_error();
    let page = if refused.is_empty() { page } else { page.with_notice(Notice::of(Tone::Bad, refused.join(" "))) };
    show(&app, &member, page, &kind, &draft, default, StatusCode::UNPROCESSABLE_ENTITY, errors).await
}

fn name_of(place: usize) -> String {
    format!("name.{place}")
}

impl SourceDraft {
    /// All of several lines are sources.
    fn is_complete(&self) -> bool {
        !self.several.is_empty() && self.several.iter().all(|line| line.created.is_some())
    }

    /// They are stored with the sources now.
    fn forget_credentials(&mut self) {
        for line in &mut self.lines {
            line.settings = Value::Null;
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "the parts of one page")]
async fn show(
    app: &AppData,
    member: &Member,
    page: PageContext,
    kind: &SourceKind,
    draft: &SourceDraft,
    default: Option<String>,
    status: StatusCode,
    errors: Vec<(String, String)>,
) -> Answer {
    let (pipelines, age) = offered_pipelines(app, member, &page, draft).await?;
    let error_of =
        |of: &str| errors.iter().find(|(name, _)| name == of).map(|(_, text)| text.clone()).unwrap_or_default();
    let lines = draft.several.iter().enumerate().map(|(place, line)| NamedLine {
        place,
        line: line.line.clone(),
        name: line.name.clone(),
        error: error_of(&name_of(place)),
        is_made: line.created.is_some(),
        is_default: default.as_deref() == Some(line.key.as_str()),
    });
    let shown = SeveralPage {
        steps: steps(&page, 3, Some(kind.kind)),
        kind: kind.kind,
        lines: lines.collect(),
        is_made: draft.is_made(),
        pipeline_error: error_of("pipeline"),
        pipelines,
        age,
        default_now: default_now(app, member).await?,
        no_default: default.is_none(),
        rules: rules(&page, draft),
        channels: channels(kind, draft),
        failures: draft.named_failures().map(|(name, why)| (name.to_owned(), why.to_owned())).collect(),
        errors,
        page: page.clone(),
    };
    panel::html_as(status, &page, &shown)
}

/// A new source, and whether its first message has come.
struct TestedSource {
    id: String,
    name: String,
    line: String,
    /// A link that opens a chat with it; empty if there is none.
    link: String,
    tone: &'static str,
    state: Sentence,
    arrived: bool,
}

#[derive(Template)]
#[template(path = "panel/wizard/arrivals.html")]
struct TestsPage {
    page: PageContext,
    steps: Steps,
    sources: Vec<TestedSource>,
    arrived: bool,
}

/// `GET /panel/sources/new/{kind}/test`.
pub async fn test(app: AppData, member: Member, name: web::Path<String>) -> Answer {
    member.require(Right::EditSources)?;
    let kind = kind_of(&app, &member, &name)?;
    let Some(draft) = draft_of(&app, &member, kind.kind) else { return too_old(&app, &member).await };
    if draft.several.is_empty() {
        return routing::test(app, member, kind, draft).await;
    }
    if !draft.is_made() {
        return Ok(panel::to(&address(kind.kind, "routing")));
    }
    let page = member.page("wizard-title", Nav::Sources);
    let mut sources = Vec::new();
    for id in draft.several.iter().filter_map(|line| line.created) {
        let source = domain::source::find(&app.sources, member.tenant_id, id).await?;
        let first = activity::first_in_since(app.store.read(), member.tenant_id, id, source.created_at).await?;
        let arrived = first.is_some();
        sources.push(TestedSource {
            id: id.to_string(),
            link: line::link_of(&app, &source).unwrap_or_default(),
            line: line::name_of(&source).unwrap_or_default(),
            name: source.name,
            tone: if arrived { "ok" } else { "wait" },
            state: page.words.text(if arrived { "wizard-several-arrived" } else { "wizard-several-waiting" }),
            arrived,
        });
    }
    let arrived = sources.iter().all(|source| source.arrived);
    let shown = TestsPage { steps: steps(&page, 4, Some(kind.kind)), sources, arrived, page: page.clone() };
    panel::html(&page, &shown)
}
