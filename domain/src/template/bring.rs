//! Templates that a messenger approved before Parom saw them, e.g. for another service: matched with amoCRM's by
//! language, text and headline, and entered in the registry as what they are at the messenger.
//!
//! ```text
//! daily for each source, or by a person ─▶ amoCRM's templates that our token can read ─┐
//! a message made from a template that no row has ─▶ the message's own template ─────────┴▶ matched ─▶ registry
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use amocrm::rest::{self, ReviewStatus, TemplateAttachment};
use base::error::{Error, Result};
use base::message;
use base::worded::worded;
use chrono::TimeDelta;
use connectors::kinds::has_own_server;
use connectors::template::{ListedTemplate, RegisteredHeader, TemplateFileKind, TemplateStatus};
use connectors::{Connector, Denied};
use entity::{job as jobs, message_template, source};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::registry::{KnownAtCrm, call, enter_listed, of_source, requested, rows_of_source};
use super::spec::{Spec, name_at_messenger, name_of_id};
use super::view::{ShownButton, TemplateDraft, at_crm, reviews};
use super::work::RETRY_AFTER;
use crate::job::NextRun;
use crate::settings;
use crate::source::SourceContext;
use crate::source::crm_copy::{self, CrmItem, Known};
use crate::source::line::watch;

/// Interval between two comparisons of a source.
const EVERY: TimeDelta = TimeDelta::days(1);

worded! {
    /// What amoCRM has of a template of the messenger's. Its text key is `template-match-{word}`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
    pub enum TemplateMatch, word {
        /// The registry knows it: it can be sent.
        Known = "known",
        /// amoCRM has one of this name in another language.
        Language = "language",
        /// amoCRM has one of this name with another text.
        Text = "text",
        /// amoCRM has one of this name and text with another headline.
        Headline = "headline",
        /// amoCRM's list, as far as our token can read it, has none of this name or text.
        Absent = "absent",
    }
}

/// A template of a source's messenger, and what amoCRM has of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counterpart {
    pub source_id: Uuid,
    pub name: String,
    pub language: String,
    /// With the messenger's variables.
    pub content: String,
    /// There is a file above its text.
    #[serde(default)]
    pub has_file: bool,
    pub found: TemplateMatch,
    /// amoCRM's name of what it has.
    pub title: Option<String>,
}

/// What a comparison found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BroughtIn {
    /// Templates that can be sent from now on.
    pub taken: usize,
    pub listed: Vec<Counterpart>,
}

impl CrmItem for Counterpart {
    const NAME: &'static str = "listed_templates";
    const FRESH: TimeDelta = TimeDelta::minutes(10);

    async fn ask(app: Arc<SourceContext>, tenant_id: Uuid) -> Result<()> {
        bring_all(&app, tenant_id).await.map(drop)
    }
}

/// What pages show of the last comparison; `None` before the first one. An old one is repeated in the background.
pub async fn compared(app: &Arc<SourceContext>, tenant_id: Uuid) -> Result<Option<Known<Counterpart>>> {
    crm_copy::known(app, tenant_id).await
}

/// Compares the templates of all sources whose messenger reviews them.
pub async fn bring_all(app: &Arc<SourceContext>, tenant_id: Uuid) -> Result<BroughtIn> {
    let mut all = BroughtIn::default();
    for source in crate::source::all(app, tenant_id).await?.iter().filter(|source| is_compared(app, source)) {
        let one = bring_in(app, source).await?;
        all.taken += one.taken;
        all.listed.extend(one.listed);
    }
    crm_copy::keep(app, tenant_id, &all.listed).await;
    Ok(all)
}

/// Whether a source's messenger reviews templates that can be listed, also for a shadow.
pub fn has_reviews(app: &SourceContext, source: &source::Model) -> bool {
    let reviews = |connector: &Arc<dyn Connector>| connector.reviews_templates();
    !has_own_server(&source.kind) && app.connectors.get(&source.kind).is_some_and(reviews)
}

/// Developers' messengers report what they decide by themselves.
fn is_compared(app: &SourceContext, source: &source::Model) -> bool {
    reviews(app, source) && !has_own_server(&source.kind)
}

/// Compares a source's templates once a day, from its creation to its deletion.
pub async fn daily(app: Arc<SourceContext>, job: jobs::Model) -> anyhow::Result<NextRun> {
    let Some(source) = watch::source_of(&app, &job).await? else { return Ok(NextRun::Never) };
    let account = app.lookup.tenant(source.tenant_id).await?;
    let is_served = !source.paused && account.is_some_and(|account| account.held().is_none());
    if is_served && is_compared(&app, &source) {
        bring_in(&app, &source).await.map_err(|error| anyhow::anyhow!("{}", error.text()))?;
    }
    Ok(NextRun::At(app.clock.millis() + EVERY.num_milliseconds()))
}

/// Enters what matches on both sides, and lists what the messenger has. 503 while the messenger or amoCRM does
/// not answer, 409 `messenger_refused` if the messenger refuses.
pub async fn bring_in(app: &Arc<SourceContext>, source: &source::Model) -> Result<BroughtIn> {
    let listed = ask_messenger(app, source).await?.map_err(as_error)?;
    let mut templates = at_crm(app, source.tenant_id).await?;
    templates.retain(|template| template.waba.is_some());
    let mut taken = 0;
    for template in &templates {
        // A process may have ended before it asked for the review.
        let unasked = |row: &message_template::Model| row.review_id == 0 && template.reviews.is_empty();
        if of_source(app, source, template.id).await?.as_ref().is_none_or(unasked) {
            taken += usize::from(take_in(app, source, template, &listed).await?);
        }
    }
    let rows = rows_of_source(app, source).await?;
    let listed = listed.iter().map(|one| counterpart(source, one, &templates, &rows)).collect();
    Ok(BroughtIn { taken, listed })
}

/// A draft for amoCRM of a template that the messenger has: the messenger's variables stand where a person puts amoCRM's
/// markers. 404 if the messenger lists none, or it has a file.
pub async fn draft_of(
    app: &SourceContext,
    source: &source::Model,
    name: &str,
    language: &str,
) -> Result<TemplateDraft> {
    let listed = ask_messenger(app, source).await?.map_err(as_error)?;
    let is_it = |one: &ListedTemplate| {
        one.state.name.as_deref() == Some(name) && one.state.language.as_deref() == Some(language)
    };
    let one = listed.into_iter().find(is_it).ok_or(Error::NotFound)?;
    let header = match one.header {
        RegisteredHeader::None => String::new(),
        RegisteredHeader::Text(text) => text,
        RegisteredHeader::File(_) => return Err(Error::NotFound),
    };
    let button = |button: message::Button| ShownButton { text: button.text, url: button.url.unwrap_or_default() };
    Ok(TemplateDraft {
        name: name.to_owned(),
        text: one.content,
        buttons: one.buttons.into_iter().map(button).collect(),
        is_waba: true,
        language: language.to_owned(),
        category: one.state.category.unwrap_or_default().word().to_owned(),
        header,
        footer: one.footer.unwrap_or_default(),
        examples: BTreeMap::new(),
    })
}

fn as_error(denied: Denied) -> Error {
    match denied {
        Denied::Away(detail) => Error::Unavailable { detail, retry_after: RETRY_AFTER },
        refused => Error::Conflict { problem: "messenger_refused", detail: refused.text().clone() },
    }
}

/// What a source that sends nothing yet could send as templates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExpectedTemplates {
    /// amoCRM's names of those that the messenger has approved.
    pub ready: Vec<String>,
    /// Approved at the messenger, and not in amoCRM as far as our token can read it.
    pub absent: usize,
}

/// Compares a shadow's templates without entering any. Errors: as of [`bring_in`].
pub async fn expected(app: &Arc<SourceContext>, source: &source::Model) -> Result<ExpectedTemplates> {
    let mut listed = ask_messenger(app, source).await?.map_err(as_error)?;
    listed.retain(|one| one.state.status == Some(TemplateStatus::Approved));
    let templates = at_crm(app, source.tenant_id).await?;
    let (mut ready, mut known) = (Vec::new(), BTreeSet::new());
    for template in templates.iter().filter(|template| template.waba.is_some()) {
        if let Some(found) = at_messenger(template, &Spec::of(template), &listed) {
            ready.push(template.name.clone());
            known.insert(found.state.id.clone());
        }
    }
    let absent = listed.iter().filter(|one| !known.contains(&one.state.id)).count();
    Ok(ExpectedTemplates { ready, absent })
}

/// The messenger's template that is amoCRM's.
fn at_messenger<'a>(
    template: &rest::Template,
    spec: &Spec,
    listed: &'a [ListedTemplate],
) -> Option<&'a ListedTemplate> {
    let language = template.waba.as_ref().map(|waba| waba.language.as_str()).unwrap_or_default();
    let fits = |one: &ListedTemplate| {
        one.state.language.as_deref() == Some(language)
            && one.has_text(&template.content)
            && one.has_headline(spec.header.as_deref())
    };
    matching(listed, &name_at_messenger(template), fits)
}

/// Enters amoCRM's template if the messenger has it; whether it does.
async fn take_in(
    app: &Arc<SourceContext>,
    source: &source::Model,
    template: &rest::Template,
    listed: &[ListedTemplate],
) -> Result<bool> {
    let spec = Spec::of(template);
    let Some(found) = at_messenger(template, &spec, listed) else { return Ok(false) };
    let id = template.id;
    let review = template.reviews.iter().find(|review| review.source_id == Some(source.amocrm_source_id)).cloned();
    let told = match &review {
        Some(review) => review.status == ReviewStatus::Approved,
        None => true,
    };
    let known = KnownAtCrm {
        crm_id: id,
        review_id: review.map_or(0, |review| review.id),
        title: template.name.clone(),
        spec,
        told,
    };
    // First, because amoCRM's webhook about a review that is requested may be faster than its answer.
    enter_listed(app, source, known, found).await?;
    let reviews = match template.reviews.is_empty() {
        // amoCRM offers a template to managers after a review: the decision is reported to the one that is asked for here.
        true => call(app, source.tenant_id, |rest, token| async move { rest.request_review(&token, id).await }).await?,
        false => template.reviews.clone(),
    };
    // Also those of the account's other sources.
    requested(app, source.tenant_id, &rest::Template { reviews, ..template.clone() }).await?;
    Ok(true)
}

/// The row of a message's template that no row has so far, if the messenger has approved it: amoCRM's list has only the
/// templates that were made with our token, but the message names its own. The inner error says why the messenger could
/// not be asked.
pub async fn adopt(
    app: &Arc<SourceContext>,
    source: &source::Model,
    template: &message::Template,
) -> anyhow::Result<Result<Option<message_template::Model>, Denied>> {
    let Ok(crm_id) = template.id.parse() else { return Ok(Ok(None)) };
    if has_own_server(&source.kind) {
        return Ok(Ok(None));
    }
    // However many messages use unknown templates, the messenger is asked at most once a minute.
    let asked = app.listed_templates.0.try_get_with(source.id, async {
        match ask_messenger(app, source).await {
            Ok(answer) => answer.map(Arc::new).map_err(AskError::Denied),
            Err(error) => Err(AskError::Failed(error.to_string())),
        }
    });
    let listed = match asked.await {
        Ok(listed) => listed,
        Err(error) => match &*error {
            AskError::Denied(denied) => return Ok(Err(denied.clone())),
            AskError::Failed(error) => anyhow::bail!("{error}"),
        },
    };
    let name = template.external_id.as_deref().and_then(name_of_id).unwrap_or_default();
    // The message does not say what its template's headline is: one with a variable could not be filled in.
    let has_variable =
        |one: &ListedTemplate| matches!(&one.header, RegisteredHeader::Text(text) if text.contains("{{"));
    let fits = |one: &ListedTemplate| one.has_text(&template.content) && !has_variable(one);
    let Some(found) = matching(&listed, &name, fits) else { return Ok(Ok(None)) };
    let title = found.state.name.clone().unwrap_or_default();
    let known = KnownAtCrm { crm_id, review_id: 0, title, spec: spec_of(found, &template.content), told: true };
    enter_listed(app, source, known, found).await?;
    Ok(Ok(of_source(app, source, crm_id).await?))
}

enum AskError {
    Denied(Denied),
    Failed(String),
}

/// The one that fits. Of several the one of this name, then the only one that is approved; none if that leaves several.
fn matching<'a>(
    listed: &'a [ListedTemplate],
    name: &str,
    fits: impl Fn(&ListedTemplate) -> bool,
) -> Option<&'a ListedTemplate> {
    let is_there = |one: &ListedTemplate| one.state.status.is_some_and(|status| status != TemplateStatus::Deleted);
    let mut found: Vec<&ListedTemplate> = listed.iter().filter(|one| is_there(one) && fits(one)).collect();
    prefer(&mut found, |one| one.state.name.as_deref() == Some(name));
    prefer(&mut found, |one| one.state.status == Some(TemplateStatus::Approved));
    match found.as_slice() {
        [one] => Some(one),
        _ => None,
    }
}

fn prefer(found: &mut Vec<&ListedTemplate>, better: impl Fn(&ListedTemplate) -> bool) {
    if found.iter().any(|one| better(one)) {
        found.retain(|one| better(one));
    }
}

/// What is sent for a template that only the message describes.
fn spec_of(listed: &ListedTemplate, content: &str) -> Spec {
    let file = |kind: &str| TemplateAttachment { id: String::new(), name: String::new(), kind: kind.to_owned() };
    let attachment = match &listed.header {
        RegisteredHeader::File(TemplateFileKind::Picture) => Some(file("picture")),
        RegisteredHeader::File(TemplateFileKind::Video) => Some(file("video")),
        RegisteredHeader::File(TemplateFileKind::Document) => Some(file("document")),
        RegisteredHeader::None | RegisteredHeader::Text(_) => None,
    };
    Spec {
        content: content.to_owned(),
        header: match &listed.header {
            RegisteredHeader::Text(text) => Some(text.clone()),
            RegisteredHeader::None | RegisteredHeader::File(_) => None,
        },
        footer: listed.footer.clone(),
        buttons: listed.buttons.clone(),
        file: attachment.is_some(),
        attachment,
        ..Spec::default()
    }
}

fn counterpart(
    source: &source::Model,
    listed: &ListedTemplate,
    templates: &[rest::Template],
    rows: &[message_template::Model],
) -> Counterpart {
    let text = |given: &Option<String>| given.clone().unwrap_or_default();
    let mut one = Counterpart {
        source_id: source.id,
        name: text(&listed.state.name),
        language: text(&listed.state.language),
        content: listed.content.clone(),
        has_file: matches!(listed.header, RegisteredHeader::File(_)),
        found: TemplateMatch::Absent,
        title: None,
    };
    let is_it = |row: &&message_template::Model| !row.external_id.is_empty() && row.external_id == listed.state.id;
    if let Some(row) = rows.iter().find(is_it) {
        (one.found, one.title) = (TemplateMatch::Known, Some(row.title.clone()));
        return one;
    }
    let of_name = templates.iter().find(|template| name_at_messenger(template) == one.name);
    let of_text = || templates.iter().find(|template| listed.has_text(&template.content));
    let Some(template) = of_name.or_else(of_text) else { return one };
    let is_language = template.waba.as_ref().is_some_and(|waba| waba.language == one.language);
    one.title = Some(template.name.clone());
    one.found = match (listed.has_text(&template.content), is_language) {
        (false, _) => TemplateMatch::Text,
        (true, false) => TemplateMatch::Language,
        (true, true) => TemplateMatch::Headline,
    };
    one
}

async fn ask_messenger(app: &SourceContext, source: &source::Model) -> Result<Result<Vec<ListedTemplate>, Denied>> {
    let Some(connector) = app.connectors.get(&source.kind) else { return Ok(Ok(Vec::new())) };
    Ok(connector.templates(&settings::open(app, source)?).await)
}
