//! `/panel/account`: the connection to the amoCRM account: its state, the authorizing user, when it expires.

use actix_web::web;
use askama::Template;
use base::i18n::{LocalizedText, Sentence};
use domain::source::{Migration, Usage};
use domain::tenant::subscription::{self, SubscriptionState, SubscriptionStatus};
use domain::tenant::{self, Access, AccessState, TenantStatus};
use domain::usage::{self, LimitLine};
use domain::{missed_hooks, source as sources};
use entity::{source, tenant_channel};
use sea_orm::{ColumnTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use super::overview::{account_hint, account_tone, is_crm_away, support_of};
use super::{Answer, AppData, EmptyForm, Form, Member, Nav, Notice, PageContext, Right, Tone, html};

/// Paths are relative to `/panel`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/account", web::get().to(show)).route("/account/lost", web::post().to(look_for_lost));
}

#[derive(Template)]
#[template(path = "panel/account.html")]
struct OwnAccountPage {
    page: PageContext,
    host: String,
    name: String,
    account_id: i64,
    status: TenantStatus,
    /// The state in words, what it means, and its tone.
    state: Sentence,
    hint: String,
    tone: &'static str,
    /// The vendor's support, if only it can help; empty if not.
    support: String,
    access: Access,
    /// Address of amoCRM's one-click consent page.
    allow_again: String,
    channels: Vec<ChannelLine>,
    usage: Usage,
    /// Other quotas of the account.
    limits: Vec<LimitLine>,
    default_source: Option<(Uuid, String)>,
    strays: usize,
    migration: Migration,
    time_zone: String,
    /// How amoCRM reports changes of contacts; `None` if the account was never connected.
    subscription: Option<SubscriptionStatus>,
    /// Result of comparing chats with amoCRM's history.
    lost: missed_hooks::Sum,
}

struct ChannelLine {
    title: String,
    status: String,
    detail: String,
    connected_at: i64,
}

impl ChannelLine {
    fn tone(&self) -> &'static str {
        match self.status.as_str() {
            "connected" => "ok",
            "connecting" => "wait",
            "disconnected" => "off",
            _ => "bad",
        }
    }
}

impl OwnAccountPage {
    fn access_tone(&self) -> &'static str {
        match self.access.state {
            AccessState::Valid => "ok",
            AccessState::Refreshing | AccessState::RefreshFailing => "wait",
            AccessState::Expiring => "warn",
            AccessState::Expired | AccessState::Revoked => "bad",
            AccessState::Missing => "off",
        }
    }

    fn subscription_tone(&self, status: &SubscriptionStatus) -> &'static str {
        match status.state {
            SubscriptionState::On => "ok",
            SubscriptionState::Off => "off",
            SubscriptionState::Refused => "warn",
        }
    }

    /// Whether renewing the consent is the only useful action now.
    fn is_needed(&self) -> bool {
        self.is_dead() || matches!(self.status, TenantStatus::NeedsReauth | TenantStatus::Uninstalled)
    }

    /// Whether the access is over, whatever its term was.
    fn is_dead(&self) -> bool {
        matches!(self.access.state, AccessState::Expired | AccessState::Revoked | AccessState::Missing)
    }

    /// The days until the access ends: of one that is over, they mean nothing.
    fn days_left(&self) -> Option<i64> {
        self.access.days_left.filter(|_| !self.is_dead())
    }

    fn may(&self) -> bool {
        self.page.may(Right::ManageAccount)
    }

    fn is_full(&self) -> bool {
        self.limits.iter().any(LimitLine::is_full)
    }

    fn is_cut_off(&self) -> bool {
        self.worst_channel().is_some_and(|channel| channel.status != "connected")
    }

    /// The first channel that is not connected; if all are, the first.
    fn worst_channel(&self) -> Option<&ChannelLine> {
        self.channels.iter().find(|channel| channel.status != "connected").or(self.channels.first())
    }
}

/// `GET /panel/account`
async fn show(app: AppData, member: Member) -> Answer {
    let tenant = &member.here.tenant;
    let db = app.store.read();
    let page = member.page("nav-account", Nav::Account);
    let status = TenantStatus::shown(tenant);
    let rows = tenant_channel::Entity::of_tenant(tenant.tenant_id).all(db).await?;
    let cut_off = rows.iter().any(|row| row.status != "connected");
    let channels = rows.into_iter().map(|row| ChannelLine {
        title: tenant::channel_config(&app.tenants, row.channel_id)
            .map_or_else(String::new, |(_, found)| found.title.clone()),
        status: row.status,
        detail: LocalizedText::stored(&row.detail).in_words(page.words, page.crm),
        connected_at: row.connected_at,
    });
    let live = source::Entity::of_tenant(tenant.tenant_id).filter(source::Column::DeletedAt.is_null()).all(db).await?;
    let states = sources::states(&app.sources, tenant.tenant_id, &live).await?;
    // An account that is connected, and whose amoCRM does not answer, is not well.
    let is_away = status == TenantStatus::Active && states.iter().any(is_crm_away);
    let default_source = live.into_iter().find(|row| row.is_default);
    let end = tenant::plan::end_date(&app.config, tenant, app.clock.millis(), page.words);
    let account = OwnAccountPage {
        host: tenant.host.clone(),
        name: tenant.name.clone(),
        account_id: tenant.account_id,
        status,
        state: match is_away {
            true => page.words.text("source-state-crm_unreachable").with("crm", page.crm),
            false => page.words.text_of("tenant-state-", status.as_str()).with("crm", page.crm),
        },
        tone: if is_away { "bad" } else { account_tone(status, cut_off) },
        hint: match is_away {
            true => page.words.text("source-state-crm_unreachable-hint").with("crm", page.crm).to_string(),
            false => account_hint(&page, status, cut_off, &end),
        },
        support: support_of(&page, status),
        access: tenant::access(&app.tenants, tenant.tenant_id).await?,
        allow_again: tenant::grant::reconnect_url(tenant),
        channels: channels.collect(),
        usage: sources::usage(&app.sources, tenant.tenant_id).await?,
        limits: usage::shown(&app.usage, tenant).await?,
        default_source: default_source.map(|row| (row.id, row.name)),
        strays: sources::strays(&app.sources, tenant.tenant_id).await?.len(),
        migration: sources::migration(&app.sources, tenant.tenant_id).await?,
        time_zone: tenant.time_zone.clone(),
        subscription: subscription::standing(db, tenant.tenant_id).await?,
        lost: missed_hooks::sum(&app.intake, tenant.tenant_id).await?,
        page: page.clone(),
    };
    html(&page, &account)
}

/// `POST /panel/account/lost`: starts comparing chats with amoCRM's history.
async fn look_for_lost(app: AppData, member: Member, _form: Form<EmptyForm>) -> Answer {
    member.require(Right::ManageAccount)?;
    let tenant = &member.here.tenant;
    let notice = if missed_hooks::soon(&app.intake, tenant.tenant_id).await? {
        member.audit(&app, app.store.write(), "account.compared", &tenant.host, json!({})).await?;
        Notice::done(member.words.text("account-lost-looked"))
    } else {
        Notice::of(Tone::Warn, member.words.text("account-no-channels"))
    };
    member.see_other(&app, "/panel/account", notice).await
}
