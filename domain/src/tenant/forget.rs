//! Deletes all data of an account, in batches. After an interruption it can be repeated, because the account's own row
//! is deleted last. Only a proof remains, and until our webhooks are removed at the messengers, the jobs that do it: the
//! proof names their lines.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::store::directory::{self as entries, IdKind};
use base::store::{Store, VENDOR, in_transaction};
use entity::{
    account_month, account_note, account_usage, alert, alert_chat, alert_device, alert_notice, alert_reader,
    alert_webhook, api_key, attempt, audit, chat_email, chat_logo, chat_photo, chat_site, consent, contact_link,
    contact_task, conversation, conversation_alias, crm_copy, crm_subscription, dead_letter, dedupe, directory,
    erasure, found_message, histogram, history_look, idempotency, import, import_line, import_skip, install_call, job,
    lane, ledger_delta, letter, marketing_consent, member, message, message_template, oauth_grant, origin_task,
    parked_status, person, raw_hook, replay, route_decision, route_turn, route_version, sale, sale_target, saved_view,
    session, source, source_notice, source_pulse, stray_source, tenant, tenant_channel, turn, vendor_event,
};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::erase::{Erasure, prove};
use super::{TenantStatus, remove, rest_rate_limit, uninstall};
use crate::tenant::TenantContext;
use crate::unregister;

/// Deletes all data of an account. 409 `tenant_active` unless it has left or was disconnected; `force` disconnects it
/// first. `by`: who requested it, for the proof. The account may install again and starts without any data.
pub async fn forget(app: &Arc<TenantContext>, tenant_id: Uuid, force: bool, by: &str) -> Result<Erasure> {
    let tenant = super::load(app.store.read(), tenant_id).await?.ok_or(Error::NotFound)?;
    let gone = [TenantStatus::Uninstalled, TenantStatus::Disconnected].contains(&TenantStatus::stored(&tenant));
    if !gone && !force {
        return Err(Error::Conflict {
            problem: "tenant_active",
            detail: LocalizedText::new("said-account-used")
                .with("account", tenant.account_id.to_string())
                .with("host", tenant.host.as_str())
                .with("status", super::status_text(TenantStatus::shown(&tenant).as_str())),
        });
    }
    if !gone {
        uninstall::disconnect(app, tenant_id).await?;
    }
    let mut counts = BTreeMap::new();
    let mut count = |table: &'static str, rows: u64| {
        *counts.entry(table.to_owned()).or_default() += rows;
    };
    // Entry points first: from here on nothing new arrives. Messengers are asked while the rest is deleted.
    unregister::all(app, tenant_id).await?;
    let unregistering = unregister::at_once(&app.platform, tenant_id, None);
    count("person", people(&app.store, tenant_id).await?);
    count("directory", doors(&app.store, tenant_id).await?);
    app.lookup.forget();
    let store = &app.store;
    macro_rules! all {
        ($($table:ident),+ $(,)?) => {$(
            count(stringify!($table), remove::rows::<$table::Entity>(store, tenant_id, Condition::all()).await?);
        )+};
    }
    all!(import, import_line, import_skip);
    all!(letter, lane, turn, parked_status, attempt, dead_letter, dedupe, raw_hook, message, conversation_alias);
    all!(
        conversation,
        ledger_delta,
        histogram,
        idempotency,
        stray_source,
        source,
        session,
        member,
        api_key,
        install_call
    );
    all!(
        alert,
        alert_notice,
        alert_reader,
        alert_webhook,
        audit,
        erasure,
        oauth_grant,
        tenant_channel,
        chat_email,
        chat_logo,
        chat_photo,
        chat_site,
        contact_link,
        contact_task,
        marketing_consent,
        crm_copy,
        crm_subscription,
        origin_task,
        source_notice,
        source_pulse,
        message_template
    );
    all!(found_message, history_look, replay, account_usage, account_month, account_note, consent, saved_view);
    all!(route_version, route_decision, route_turn, sale, sale_target);
    count("media", crate::media::of_tenant(&app.files, tenant_id).await?);
    let vendors = Condition::all().add(alert::Column::Key.ends_with(format!(":{tenant_id}")));
    count("alert", remove::rows::<alert::Entity>(store, VENDOR, vendors).await?);
    // The vendor's programs still learn that it left; that event is removed with its age.
    let settled = Condition::all()
        .add(vendor_event::Column::AboutId.eq(tenant_id))
        .add(vendor_event::Column::NextTryAt.is_null());
    count("vendor_event", remove::rows::<vendor_event::Entity>(store, VENDOR, settled).await?);
    unregister::first_attempts(unregistering).await;
    // Calls in progress during the deletion may have left rows.
    all!(lane, turn, attempt);
    // Without its grant amoCRM is not called for this account.
    rest_rate_limit::forget(store, &tenant.host).await?;
    let others = Condition::all().add(job::Column::Kind.ne(unregister::KIND));
    let jobs = remove::rows::<job::Entity>(store, tenant_id, others).await?;
    counts.insert("job".to_owned(), jobs);
    let proof = in_transaction(&app.store, async |tx| prove_all(app, tx, tenant_id, counts, by).await).await?;
    app.lookup.forget();
    tracing::info!(tenant.id = %tenant_id, erasure.id = %proof.id, "everything of an account was deleted");
    Ok(proof)
}

/// Deletes the account's own row and stores the proof, in one commit: until then the deletion can be repeated.
async fn prove_all(
    app: &TenantContext,
    tx: &DatabaseTransaction,
    tenant_id: Uuid,
    mut counts: BTreeMap<String, u64>,
    by: &str,
) -> Result<Erasure> {
    let lines = unregister::of_account(tx, tenant_id).await?;
    let own = tenant::Entity::delete_of(tenant_id).exec(tx).await?;
    counts.insert("tenant".to_owned(), own.rows_affected);
    prove(app, tx, VENDOR, unregister::WHOLE_ACCOUNT, (counts, lines), by).await
}

/// Directory entries by which the account's data is found.
async fn doors(store: &Store, tenant_id: Uuid) -> Result<u64, DbErr> {
    // Its key does not begin with the tenant, so `remove` cannot be used; there are few rows.
    let mut gone = 0;
    loop {
        let found: Vec<(String, String)> = directory::Entity::find()
            .select_only()
            .columns([directory::Column::Kind, directory::Column::Key])
            .filter(directory::Column::TenantId.eq(tenant_id))
            .limit(remove::BATCH)
            .into_tuple()
            .all(store.write())
            .await?;
        if found.is_empty() {
            return Ok(gone);
        }
        for (kind, key) in found {
            let one = directory::Entity::delete_many()
                .filter(directory::Column::Kind.eq(kind))
                .filter(directory::Column::Key.eq(key));
            gone += one.exec(store.write()).await?.rows_affected;
        }
    }
}

/// People who sign in to this account only. Operators and people of other accounts stay.
async fn people(store: &Store, tenant_id: Uuid) -> Result<u64, DbErr> {
    let mut gone = 0;
    for row in member::Entity::of_tenant(tenant_id).all(store.write()).await? {
        let beginning = format!("{}:", row.person_id);
        let accounts = entries::list(store.write(), IdKind::Membership, &beginning, store.clock().millis()).await?;
        if accounts.iter().any(|(_, entry)| entry.tenant_id != tenant_id) {
            continue;
        }
        let done = person::Entity::delete_of(VENDOR)
            .filter(person::Column::Id.eq(row.person_id))
            .filter(person::Column::IsOperator.eq(false))
            .exec(store.write())
            .await?;
        if done.rows_affected > 0 {
            alert_chat::Entity::delete_of(VENDOR)
                .filter(alert_chat::Column::PersonId.eq(row.person_id))
                .exec(store.write())
                .await?;
            alert_device::Entity::delete_of(VENDOR)
                .filter(alert_device::Column::PersonId.eq(row.person_id))
                .exec(store.write())
                .await?;
            directory::Entity::delete_many()
                .filter(directory::Column::Kind.eq(IdKind::Person.name()))
                .filter(directory::Column::Id.eq(row.person_id))
                .exec(store.write())
                .await?;
            gone += 1;
        }
    }
    Ok(gone)
}
