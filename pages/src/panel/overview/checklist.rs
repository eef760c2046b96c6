//! The first steps of an account, shown until all are done.

use base::error::Result;
use base::i18n::Sentence;
use domain::alert_notices::readers;
use domain::delivery::read::figures::Figures;
use domain::identity::mail;
use domain::tenant::TenantStatus;
use entity::{member, source, tenant_channel};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter};

use crate::panel::{Member, PageContext, PanelContext, Right};

/// One step.
pub(super) struct ChecklistStep {
    pub title: Sentence,
    /// What to do, and where; empty if the step is done.
    pub todo: Sentence,
    pub href: String,
    pub done: bool,
}

/// The steps; none if all are done, or for people who cannot do them.
pub(super) struct Checklist {
    pub steps: Vec<ChecklistStep>,
}

impl Checklist {
    pub fn done(&self) -> usize {
        self.steps.iter().filter(|step| step.done).count()
    }

    /// Whether the account already works, so that the remaining steps are shown in short form.
    pub fn is_short(&self) -> bool {
        self.steps.iter().take(3).all(|step| step.done)
    }
}

pub(super) async fn of(
    app: &PanelContext,
    member: &Member,
    page: &PageContext,
    sources: &[source::Model],
    figures: &Figures,
) -> Result<Checklist> {
    if !member.may(Right::ManageAccount) {
        return Ok(Checklist { steps: Vec::new() });
    }
    let (db, tenant_id) = (app.store.read(), member.tenant_id);
    let words = page.words;
    let step = |name: &str, href: String, done: bool| ChecklistStep {
        title: words.text_of("start-", name).with("crm", page.crm),
        todo: words.text(format!("start-{name}-todo")).with("crm", page.crm),
        href,
        done,
    };
    let connected = is_connected(app, member, !sources.is_empty()).await?;
    let used = figures.any() || sources.iter().any(|source| source.proved_at.is_some());
    let first = sources.first().map_or("/panel/sources".to_owned(), |source| format!("/panel/sources/{}", source.id));
    let mut steps = vec![
        step("connect", "/panel/account".to_owned(), connected),
        step("source", "/panel/sources/new".to_owned(), !sources.is_empty()),
        step("message", first, used),
    ];
    if member.may(Right::ManageTeam) {
        let people = member::Entity::of_tenant(tenant_id).count(db).await?;
        steps.push(step("team", "/panel/team".to_owned(), people > 1));
    }
    if mail::is_on(&app.identity) {
        let all = readers::all(db, tenant_id).await?;
        let by_email = all.iter().any(|reader| reader.email.on && !reader.address().is_empty());
        steps.push(step("alerts", "/panel/alerts".to_owned(), by_email));
    }
    if steps.iter().all(|step| step.done) {
        steps.clear();
    }
    Ok(Checklist { steps })
}

/// Whether the account is connected, or was before amoCRM or the vendor stopped it: a step that is done stays done.
async fn is_connected(app: &PanelContext, member: &Member, has_sources: bool) -> Result<bool> {
    match TenantStatus::shown(&member.here.tenant) {
        TenantStatus::Active => Ok(true),
        TenantStatus::NeedsReauth
        | TenantStatus::Unpaid
        | TenantStatus::Blocked
        | TenantStatus::Suspended
        | TenantStatus::PlanEnded => {
            let once =
                tenant_channel::Entity::of_tenant(member.tenant_id).filter(tenant_channel::Column::ConnectedAt.gt(0));
            Ok(has_sources || once.count(app.store.read()).await? > 0)
        }
        TenantStatus::Provisioning
        | TenantStatus::AwaitingCredentials
        | TenantStatus::Disconnected
        | TenantStatus::Uninstalled => Ok(false),
    }
}
