//! A source's health: the last 24 hours, the latest failures, where customers write to, and its latest changes.

use base::error::Result;
use connectors::kinds::deep_link;
use entity::{audit, source};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::delivery::read::MessageStatus;
use crate::delivery::read::figures::{self, Span};
use crate::delivery::read::list::{self, Ground, MessageFilter, Reached};
use crate::identity::qr;
use crate::panel::audit::{what, who};
use crate::panel::messages::{MessageRow, row};
use crate::panel::overview::{Tile, chart, tiles};
use crate::panel::{Chart, Member, PageContext, PanelContext, Right};

/// Maximum number of listed failures and changes.
const LISTED: u64 = 5;

/// Where customers write to.
pub(super) struct Entrance {
    pub link: String,
    /// The line's public name; empty if it has none.
    pub name: String,
    /// The link as a QR code, an `<svg>` element that we generated.
    pub qr: String,
}

/// A change of the source.
pub(super) struct Change {
    /// `<time>`.
    pub time: String,
    pub who: String,
    pub what: String,
}

pub(super) struct Health {
    pub tiles: Vec<Tile>,
    pub chart: Chart,
    pub failures: Vec<MessageRow>,
    /// Link to all failures of the last 24 hours.
    pub failures_href: String,
    pub entrance: Option<Entrance>,
    /// Newest first; empty for people who may not see the audit log.
    pub changes: Vec<Change>,
}

pub(super) async fn of(
    app: &PanelContext,
    member: &Member,
    page: &PageContext,
    source: &source::Model,
) -> Result<Health> {
    let (db, tenant_id) = (app.store.read(), source.tenant_id);
    let figures = figures::read(&app.delivery, tenant_id, Some(source.id)).await?;
    let flow = figures.of_source(source.id, Span::Hours);
    let failures = if flow.failed > 0 {
        let wanted = MessageFilter {
            reached: Some(Reached::Status(MessageStatus::Failed)),
            source_id: Some(source.id),
            from: Some(figures::hours_begin(page.now)),
            ..MessageFilter::default()
        };
        let ground = Ground::of_tenant(db, tenant_id).await?;
        let lines = list::page(db, tenant_id, &wanted, &ground, None, LISTED).await?;
        lines.iter().map(|line| row(page, &ground, line, None)).collect()
    } else {
        Vec::new()
    };
    let id = source.id.to_string();
    Ok(Health {
        tiles: tiles(page, &figures, &id),
        chart: chart(page, &figures, Span::Hours),
        failures,
        failures_href: format!("/panel/messages?state=failed&source={id}&period=24h"),
        entrance: entrance(app, source)?,
        changes: if member.may(Right::SeeAudit) { changes(app, page, source).await? } else { Vec::new() },
    })
}

/// None for a line without a link.
fn entrance(app: &PanelContext, source: &source::Model) -> Result<Option<Entrance>> {
    let name = crate::source::line::name_of(source);
    // Without the parameter for the origin, because this link is for everyone.
    let plain = |link: String| link.split('?').next().unwrap_or_default().to_owned();
    let of_line = name.as_deref().and_then(|name| deep_link(&source.kind, name)).map(plain);
    let Some(link) = of_line.or_else(|| crate::source::embed(&app.sources, source).map(|embed| embed.link)) else {
        return Ok(None);
    };
    let qr = qr::picture(&link)?;
    Ok(Some(Entrance { link, name: name.unwrap_or_default(), qr }))
}

async fn changes(app: &PanelContext, page: &PageContext, source: &source::Model) -> Result<Vec<Change>> {
    let rows = audit::Entity::of_tenant(source.tenant_id)
        .filter(audit::Column::Object.eq(source.id.to_string()))
        .filter(audit::Column::Outcome.eq("done"))
        .order_by_desc(audit::Column::Id)
        .limit(LISTED)
        .all(app.store.read())
        .await?;
    let change = |row: &audit::Model| Change {
        time: page.time(&row.at),
        who: who(row, page.words, page.crm),
        what: what(&row.action, page.words, page.crm),
    };
    Ok(rows.iter().map(change).collect())
}
