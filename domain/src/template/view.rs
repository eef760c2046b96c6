//! Templates as people see, enter and change them. Pages show a cached copy, without waiting for amoCRM.

use std::collections::BTreeMap;
use std::sync::Arc;

use amocrm::rest::{self, NewTemplate, ReviewStatus, Service, TemplateButton, TemplateChange, WabaTemplate};
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::worded::worded;
use entity::{message_template, source};
use sea_orm::{ColumnTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::registry::{REJECTED, call, renamed};
use super::requested;
use crate::alert::{self, Alarm};
use crate::settings;
use crate::source::SourceContext;
use crate::source::crm_copy::{self, CrmItem, Known};

/// Maximum number of pages read from amoCRM's list, with 50 templates each.
const PAGES: u32 = 20;

worded! {
    /// State of a template. Its text key is `template-state-{word}`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
    pub enum TemplateState, word {
        /// Not a WhatsApp template, so it is not reviewed.
        Plain = "plain",
        Draft = "draft",
        Review = "review",
        Approved = "approved",
        Rejected = "rejected",
        Paused = "paused",
    }
}

impl TemplateState {
    /// The tone of its badge.
    pub const fn tone(self) -> &'static str {
        match self {
            Self::Plain | Self::Approved => "ok",
            Self::Draft => "off",
            Self::Review => "wait",
            Self::Rejected => "bad",
            Self::Paused => "warn",
        }
    }

    /// Whether amoCRM allows changes.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Plain | Self::Draft)
    }

    fn of(status: &ReviewStatus) -> Self {
        match status {
            ReviewStatus::Review => Self::Review,
            ReviewStatus::Approved => Self::Approved,
            ReviewStatus::Rejected => Self::Rejected,
            ReviewStatus::Paused => Self::Paused,
            ReviewStatus::Draft | ReviewStatus::Other(_) => Self::Draft,
        }
    }
}

/// A button under a template's text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownButton {
    pub text: String,
    /// If empty, a press sends its text as the customer's message.
    pub url: String,
}

/// WhatsApp's review for one source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// The source's name; empty if it is not ours.
    pub source: String,
    pub state: TemplateState,
    /// WhatsApp's reason; empty if none.
    pub reason: String,
}

/// A template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateView {
    /// amoCRM's.
    pub id: i64,
    pub name: String,
    pub text: String,
    pub buttons: Vec<ShownButton>,
    pub state: TemplateState,
    pub reviews: Vec<Review>,
    /// For WhatsApp; empty for a plain template.
    pub language: String,
    pub category: String,
    pub header: String,
    pub footer: String,
    pub examples: BTreeMap<String, String>,
    /// Whether it has a file, which cannot be changed here.
    pub has_file: bool,
    /// Milliseconds since 1970.
    pub changed_at: Option<i64>,
}

impl TemplateView {
    /// Whether WhatsApp reviews it.
    pub fn is_waba(&self) -> bool {
        self.state != TemplateState::Plain
    }

    /// WhatsApp's first reason; empty if there is none.
    pub fn reason(&self) -> &str {
        self.reviews.iter().map(|review| review.reason.as_str()).find(|reason| !reason.is_empty()).unwrap_or_default()
    }

    pub(super) fn of(template: rest::Template, names: &BTreeMap<i64, String>) -> Self {
        let reviews = template.reviews.iter().map(|review| Review {
            source: review.source_id.and_then(|id| names.get(&id).cloned()).unwrap_or_default(),
            state: TemplateState::of(&review.status),
            reason: review.reject_reason.clone().unwrap_or_default(),
        });
        let reviews: Vec<_> = reviews.collect();
        let state = match &template.waba {
            None => TemplateState::Plain,
            Some(_) => state(&template, &reviews),
        };
        let button = |button: TemplateButton| match button {
            TemplateButton::Inline { text } => ShownButton { text, url: String::new() },
            TemplateButton::Url { text, url } => ShownButton { text, url },
        };
        let waba = template.waba.unwrap_or_default();
        Self {
            id: template.id,
            name: template.name,
            text: template.content,
            buttons: template.buttons.into_iter().map(button).collect(),
            state,
            reviews,
            language: waba.language,
            category: waba.category,
            header: waba.header.unwrap_or_default(),
            footer: waba.footer.unwrap_or_default(),
            examples: waba.examples,
            has_file: template.attachment.is_some(),
            changed_at: template.updated_at.map(|seconds| seconds.saturating_mul(1000)),
        }
    }
}

/// The most urgent state among its reviews: rejected, paused, in review, approved. Without reviews, amoCRM's own state.
fn state(template: &rest::Template, reviews: &[Review]) -> TemplateState {
    let worst = [TemplateState::Rejected, TemplateState::Paused, TemplateState::Review, TemplateState::Approved];
    let of_reviews = worst.into_iter().find(|state| reviews.iter().any(|review| review.state == *state));
    let given = template.review_status.as_ref().map(TemplateState::of);
    let waits = template.is_on_review.unwrap_or(false).then_some(TemplateState::Review);
    of_reviews.or(given).or(waits).unwrap_or(TemplateState::Draft)
}

/// The account's templates, the last changed first; at most 1000. Calls amoCRM; the result is cached for pages.
pub async fn list(app: &Arc<SourceContext>, tenant_id: Uuid) -> Result<Vec<TemplateView>> {
    let names = names(app, tenant_id).await?;
    let listed = at_crm(app, tenant_id).await?;
    // If the webhook about a review was lost, the review is found here.
    for template in &listed {
        requested(app, tenant_id, template).await?;
    }
    renamed(app, tenant_id, &listed).await?;
    let mut all: Vec<_> = listed.into_iter().map(|template| TemplateView::of(template, &names)).collect();
    all.sort_by_key(|template| (std::cmp::Reverse(template.changed_at), template.id));
    crm_copy::keep(app, tenant_id, &all).await;
    Ok(all)
}

/// All that our token can read at amoCRM, with their reviews.
pub(super) async fn at_crm(app: &Arc<SourceContext>, tenant_id: Uuid) -> Result<Vec<rest::Template>> {
    let mut all = Vec::new();
    for number in 1..=PAGES {
        let page = call(app, tenant_id, |rest, token| async move { rest.templates(&token, &[], number).await }).await?;
        all.extend(page.items);
        if !page.has_more {
            break;
        }
    }
    Ok(all)
}

/// One by its id; 404 if there is none, or another integration created it.
pub async fn find(app: &Arc<SourceContext>, tenant_id: Uuid, id: i64) -> Result<TemplateView> {
    Ok(TemplateView::of(raw(app, tenant_id, id).await?, &names(app, tenant_id).await?))
}

/// The same in amoCRM's form.
pub(super) async fn raw(app: &Arc<SourceContext>, tenant_id: Uuid, id: i64) -> Result<rest::Template> {
    let found = call(app, tenant_id, |rest, token| async move { rest.template(&token, id).await }).await?;
    found.ok_or(Error::NotFound)
}

/// Names of our sources by amoCRM's ids.
pub(super) async fn names(app: &SourceContext, tenant_id: Uuid) -> Result<BTreeMap<i64, String>> {
    let rows = source::Entity::of_tenant(tenant_id).filter(source::Column::DeletedAt.is_null());
    let rows = rows.all(app.store.read()).await?;
    Ok(rows.into_iter().map(|row| (row.amocrm_source_id, row.name)).collect())
}

/// Creates a template. `key` is our id for it: a form that was sent twice returns the first one. 409 `crm_refused` with
/// amoCRM's text if amoCRM refuses.
pub async fn create(
    app: &Arc<SourceContext>,
    tenant_id: Uuid,
    key: &str,
    draft: &TemplateDraft,
) -> Result<TemplateView> {
    let names = names(app, tenant_id).await?;
    let made = call(app, tenant_id, |rest, token| async move { rest.templates(&token, &[key], 1).await }).await?;
    if let Some(made) = made.items.into_iter().find(|one| one.external_id.as_deref() == Some(key)) {
        return taken_over(app, tenant_id, TemplateView::of(made, &names)).await;
    }
    let new = draft.as_new(key);
    let made = call(app, tenant_id, |rest, token| {
        let new = new.clone();
        async move { rest.create_templates(&token, &[new]).await }
    });
    let made = made.await?.into_iter().next();
    let made = made.ok_or_else(|| anyhow::anyhow!("amoCRM told no template that was made"))?;
    taken_over(app, tenant_id, TemplateView::of(made, &names)).await
}

/// Stores the template in the cache, so that the next page shows it as amoCRM returned it.
async fn taken_over(app: &Arc<SourceContext>, tenant_id: Uuid, view: TemplateView) -> Result<TemplateView> {
    put_cached(app, tenant_id, view.clone()).await?;
    Ok(view)
}

/// Changes a template. 409 `template_locked` during and after WhatsApp's review.
pub async fn change(app: &Arc<SourceContext>, tenant_id: Uuid, id: i64, draft: &TemplateDraft) -> Result<TemplateView> {
    let known = find(app, tenant_id, id).await?;
    if !known.state.is_open() {
        return Err(Error::Conflict { problem: "template_locked", detail: LocalizedText::new("said-template-locked") });
    }
    // Its kind cannot change.
    let change = TemplateDraft { is_waba: known.is_waba(), ..draft.clone() }.as_change();
    let changed = call(app, tenant_id, |rest, token| {
        let change = change.clone();
        async move { rest.update_template(&token, id, &change).await }
    });
    let changed = changed.await?;
    taken_over(app, tenant_id, TemplateView::of(changed, &names(app, tenant_id).await?)).await
}

/// Deletes a template at amoCRM and, if they answer, at the messengers that reviewed it.
pub async fn remove(app: &Arc<SourceContext>, tenant_id: Uuid, id: i64) -> Result<()> {
    call(app, tenant_id, |rest, token| async move { rest.delete_templates(&token, &[id]).await }).await?;
    forget_cached(app, tenant_id, id).await?;
    let rows = message_template::Entity::of_tenant(tenant_id).filter(message_template::Column::CrmId.eq(id));
    for row in rows.all(app.store.read()).await? {
        if let Ok(source) = crate::source::find(app, tenant_id, row.source_id).await
            && let Some(connector) = app.connectors.get(&source.kind)
            && let Err(denied) =
                connector.delete_template(&settings::open(app, &source)?, &row.name, &row.external_id).await
        {
            tracing::warn!(tenant.id = %tenant_id, source.id = %source.id, template = row.name, reason = %denied.text(), "a deleted template stays at its messenger");
        }
        message_template::Entity::delete_of(tenant_id)
            .filter(message_template::Column::Id.eq(row.id))
            .exec(app.store.write())
            .await?;
    }
    Ok(())
}

/// Requests WhatsApp's review for every source with official WhatsApp; returns their number. 409 `template_no_source`
/// if there is none, `template_locked` if it was already requested.
pub async fn for_review(app: &Arc<SourceContext>, tenant_id: Uuid, id: i64) -> Result<usize> {
    let template = raw(app, tenant_id, id).await?;
    let known = TemplateView::of(template.clone(), &names(app, tenant_id).await?);
    if !known.is_waba() || !known.state.is_open() {
        return Err(Error::Conflict { problem: "template_locked", detail: LocalizedText::new("said-template-locked") });
    }
    if super::sources(app, tenant_id).await?.is_empty() {
        return Err(Error::Conflict {
            problem: "template_no_source",
            detail: LocalizedText::new("said-template-no-source"),
        });
    }
    let reviews = call(app, tenant_id, |rest, token| async move { rest.request_review(&token, id).await }).await?;
    let count = reviews.len();
    // amoCRM's webhook reports the same, if the account's plan includes webhooks.
    let template = rest::Template { reviews, ..template };
    requested(app, tenant_id, &template).await?;
    put_cached(app, tenant_id, TemplateView::of(template, &names(app, tenant_id).await?)).await?;
    Ok(count)
}

/// Input for a template. Validated by the caller; amoCRM validates again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TemplateDraft {
    pub name: String,
    /// May contain markers of amoCRM such as `{{contact.name}}`.
    pub text: String,
    pub buttons: Vec<ShownButton>,
    /// For official WhatsApp; otherwise the following fields are ignored.
    pub is_waba: bool,
    /// E.g. `ru`.
    pub language: String,
    /// `UTILITY`, `MARKETING` or `AUTHENTICATION`.
    pub category: String,
    pub header: String,
    pub footer: String,
    /// An example value for each marker.
    pub examples: BTreeMap<String, String>,
}

impl TemplateDraft {
    fn buttons(&self) -> Vec<TemplateButton> {
        let button = |button: &ShownButton| match button.url.as_str() {
            "" => TemplateButton::Inline { text: button.text.clone() },
            url => TemplateButton::Url { text: button.text.clone(), url: url.to_owned() },
        };
        self.buttons.iter().map(button).collect()
    }

    fn waba(&self) -> Option<WabaTemplate> {
        let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        self.is_waba.then(|| WabaTemplate {
            category: self.category.clone(),
            language: self.language.clone(),
            header: filled(&self.header),
            header_type: filled(&self.header).map(|_| "text".to_owned()),
            footer: filled(&self.footer),
            examples: self.examples.clone(),
        })
    }

    /// `external_id`: returned with every message created from it.
    pub(super) fn as_new(&self, external_id: &str) -> NewTemplate {
        NewTemplate {
            name: self.name.clone(),
            content: self.text.clone(),
            external_id: Some(external_id.to_owned()),
            is_editable: false,
            buttons: self.buttons(),
            attachment: None,
            waba: self.waba(),
        }
    }

    pub(super) fn as_change(&self) -> TemplateChange {
        TemplateChange {
            name: Some(self.name.clone()),
            content: Some(self.text.clone()),
            buttons: Some(self.buttons()),
            waba: self.waba(),
            ..TemplateChange::default()
        }
    }
}

/// The account's sources with official WhatsApp whose connector reviews templates, by name; reviews are requested for
/// these.
pub async fn sources(app: &SourceContext, tenant_id: Uuid) -> Result<Vec<String>> {
    let all = crate::source::all(app, tenant_id).await?.into_iter();
    let mut names: Vec<String> = all.filter(|source| reviews(app, source)).map(|source| source.name).collect();
    names.sort_by_key(|name| name.to_lowercase());
    Ok(names)
}

/// Whether amoCRM requests reviews for this source and its messenger performs them.
pub fn reviews(app: &SourceContext, source: &source::Model) -> bool {
    !source.is_shadow()
        && is_waba(source)
        && app.connectors.get(&source.kind).is_some_and(|connector| connector.reviews_templates())
}

fn is_waba(source: &source::Model) -> bool {
    let services: Vec<Service> = serde_json::from_str(&source.services).unwrap_or_default();
    services.iter().any(|service| service.params.waba == Some(true))
}

impl CrmItem for TemplateView {
    const NAME: &'static str = "templates";

    async fn ask(app: Arc<SourceContext>, tenant_id: Uuid) -> Result<()> {
        // Reading the list also stores it.
        list(&app, tenant_id).await.map(|_| ())
    }
}

/// The account's templates; `None` if amoCRM has never returned them. An old list is refreshed in the background.
pub async fn known(app: &Arc<SourceContext>, tenant_id: Uuid) -> Result<Option<Known<TemplateView>>> {
    crm_copy::known(app, tenant_id).await
}

/// One of them; requested from amoCRM if it is not cached.
pub async fn known_one(app: &Arc<SourceContext>, tenant_id: Uuid, id: i64) -> Result<TemplateView> {
    let known = known(app, tenant_id).await?;
    match known.and_then(|known| known.items.into_iter().find(|one| one.id == id)) {
        Some(one) => Ok(one),
        None => find(app, tenant_id, id).await,
    }
}

/// Caches a template that amoCRM just returned, so that the next page shows it.
async fn put_cached(app: &Arc<SourceContext>, tenant_id: Uuid, one: TemplateView) -> Result<()> {
    patch(app, tenant_id, one.id, Some(one)).await
}

/// Removes a deleted template from the cache.
async fn forget_cached(app: &Arc<SourceContext>, tenant_id: Uuid, id: i64) -> Result<()> {
    patch(app, tenant_id, id, None).await
}

async fn patch(app: &Arc<SourceContext>, tenant_id: Uuid, id: i64, one: Option<TemplateView>) -> Result<()> {
    // A list that was never cached is read completely when a page needs it.
    let Some(known) = crm_copy::stored::<TemplateView>(app, tenant_id).await? else { return Ok(()) };
    let others = known.items.into_iter().filter(|known| known.id != id);
    let mut all: Vec<TemplateView> = one.into_iter().chain(others).collect();
    all.sort_by_key(|template| (std::cmp::Reverse(template.changed_at), template.id));
    crm_copy::keep(app, tenant_id, &all).await;
    Ok(())
}

/// Reads a template from amoCRM, and caches it for pages, so that they change together with what was reported to amoCRM.
/// None if there is none any more, or another integration created it.
pub(super) async fn renew(
    app: &Arc<SourceContext>,
    tenant_id: Uuid,
    id: i64,
) -> Result<Option<(rest::Template, TemplateView)>> {
    let template = match raw(app, tenant_id, id).await {
        Ok(template) => template,
        Err(Error::NotFound) => {
            forget_cached(app, tenant_id, id).await?;
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let view = TemplateView::of(template.clone(), &names(app, tenant_id).await?);
    put_cached(app, tenant_id, view.clone()).await?;
    Ok(Some((template, view)))
}

/// Stores reviews that amoCRM waits for. Opens an alert about a rejected template, and closes it when the template is
/// no longer rejected. Templates of other integrations are ignored.
pub async fn look(app: &Arc<SourceContext>, tenant_id: Uuid, id: i64) -> anyhow::Result<()> {
    let object = id.to_string();
    let (template, view) = match renew(app, tenant_id, id).await {
        Ok(Some(renewed)) => renewed,
        Ok(None) => {
            alert::end(app, app.store.write(), tenant_id, REJECTED, &object).await?;
            return Ok(());
        }
        Err(error) => anyhow::bail!("{}", error.text()),
    };
    requested(app, tenant_id, &template).await?;
    if view.state == TemplateState::Rejected {
        let detail = json!({ "template": view.name, "reason": view.reason() });
        let alarm = Alarm { tenant_id, kind: REJECTED, object: &object, source_id: None, detail };
        alert::raise(app, app.store.write(), alarm).await?;
    } else {
        alert::resolve(app, app.store.write(), tenant_id, REJECTED, &object).await?;
    }
    Ok(())
}
