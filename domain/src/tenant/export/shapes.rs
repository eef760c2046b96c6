//! The form of rows in an export: names of the public API, times in RFC 3339, no secrets.

use base::message::{Direction, LetterKind, State};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use entity::{
    audit, chat_email, consent, contact_link, conversation, dead_letter, erasure, import, marketing_consent, message,
    oauth_grant, route_decision, route_version, sale, sale_target, source, tenant, tenant_channel,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::tenant::TenantStatus;

fn line(kind: &str, data: Value) -> Value {
    json!({"type": kind, "data": data})
}

fn time(millis: i64) -> String {
    let moment = DateTime::<Utc>::from_timestamp_millis(millis).unwrap_or_default();
    moment.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn maybe(millis: Option<i64>) -> Option<String> {
    millis.map(time)
}

/// JSON stored as text, parsed; damaged text stays text.
fn stored(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

fn direction(number: i16) -> Option<&'static str> {
    Direction::from_number(number).ok().map(Direction::word)
}

/// Functions that make lines of rows: the name, the table, the type of the line, and its data.
macro_rules! shapes {
    ($($name:ident($table:ident as $row:ident) $kind:literal { $($data:tt)* })+) => {$(
        pub(super) fn $name($row: &$table::Model) -> Value {
            line($kind, json!({ $($data)* }))
        }
    )+};
}

shapes! {
    account(tenant as row) "account" {
        "id": row.tenant_id, "integration": row.integration, "account_id": row.account_id.to_string(),
        "host": row.host, "name": row.name, "amojo_id": row.amojo_id, "status": TenantStatus::shown(row).as_str(),
        "suspended": row.suspended, "sources_limit": row.sources_limit, "plan": row.plan,
        "trial_until": maybe(row.trial_until), "paid_until": maybe(row.paid_until), "language": row.language,
        "time_zone": row.time_zone, "country": row.country, "created_at": time(row.created_at), "updated_at": time(row.updated_at),
        "uninstalled_at": maybe(row.uninstalled_at),
    }

    channel(tenant_channel as row) "channel" {
        "channel_id": row.channel_id, "scope_id": row.scope_id, "status": row.status, "detail": row.detail,
        "connected_at": time(row.connected_at),
    }

    routes(route_version as row) "routes" {
        "version": row.number, "is_draft": row.is_draft, "author": row.author, "created_at": time(row.created_at),
        "routes": stored(&row.rules),
    }

    routed(route_decision as row) "route_decision" {
        "message_id": row.message_id, "conversation_id": row.conversation_id, "version": row.version,
        "rule": row.rule_id, "facts": stored(&row.facts), "verdict": stored(&row.verdict),
        "steps": stored(&row.steps), "state": row.state, "created_at": time(row.created_at),
    }

    sale(sale as row) "sale" {
        "lead_id": row.lead_id.to_string(), "facts": stored(&row.facts), "sendings": stored(&row.sendings),
        "created_at": time(row.created_at),
    }

    sale_target(sale_target as row) "sale_target" {
        "kind": row.kind, "on": row.is_on, "settings": stored(&row.settings), "on_since": time(row.on_since)
    }

    grant(oauth_grant as row) "grant" {
        "crm_user_id": row.crm_user_id.to_string(), "name": row.user_name, "is_admin": row.is_admin,
        "in_use": row.in_use, "given_at": time(row.created_at), "refreshed_at": time(row.refreshed_at),
    }

    consent(consent as row) "consent" {
        "id": row.id, "document": row.document, "language": row.language, "version": row.version, "text": row.text,
        "crm_user_id": row.user_id.to_string(), "name": row.user_name, "address": row.address,
        "given_at": time(row.created_at),
    }

    source(source as row) "source" {
        "id": row.id, "kind": row.kind, "name": row.name, "external_id": row.external_id,
        "channel_id": row.channel_id, "amocrm_source_id": row.amocrm_source_id.to_string(),
        "pipeline_id": row.pipeline_id.to_string(), "default": row.is_default, "status": row.status,
        "status_reason": row.status_reason, "paused": row.paused, "contact_rule": row.contact_rule,
        "lead_origin": row.lead_origin, "new_chats_per_hour": row.new_chats_per_hour,
        "services": stored(&row.services), "settings": stored(&row.settings),
        "created_at": time(row.created_at), "updated_at": time(row.updated_at), "deleted_at": maybe(row.deleted_at),
        "shadow_since": maybe(row.shadow_since),
    }

    conversation(conversation as row) "conversation" {
        "id": row.id, "source_id": row.source_id, "external_id": row.external_id,
        "amocrm_chat_id": row.amocrm_chat_id, "contact": stored(&row.contact), "amocrm_contact_id": (row.contact_id > 0).then_some(row.contact_id),
        "visit": (!row.visit.is_empty()).then_some(&row.visit), "blocked_at": maybe((row.blocked_at > 0).then_some(row.blocked_at)), "blocked_by": row.blocked_by,
        "created_at": time(row.created_at),
    }

    contact_link(contact_link as row) "contact_link" {
        "id": row.id, "conversation_id": row.conversation_id, "at": maybe(row.made_at()),
        "amocrm_contact_id": (row.contact_id > 0).then_some(row.contact_id), "amocrm_contact_name": row.contact_name,
        "why": row.reason, "id_kind": row.id_kind, "id_value": row.id_value, "sureness": row.sureness,
        "by": row.made_by, "undone_at": maybe(row.undone_at), "undone_by": row.undone_by,
    }

    marketing_consent(marketing_consent as row) "marketing_consent" {
        "id": row.id, "conversation_id": (!row.conversation_id.is_nil()).then_some(row.conversation_id),
        "phone_hash": row.phone_hash, "category": row.category, "decision": row.decision, "way": row.way,
        "by": row.made_by, "evidence": row.evidence,
    }

    dead_letter(dead_letter as row) "dead_letter" {
        "id": row.id, "source_id": row.source_id, "conversation_id": row.conversation_id,
        "message_id": row.message_id, "direction": direction(row.direction),
        "kind": LetterKind::from_number(row.kind).ok(), "reason": row.reason, "detail": row.detail,
        "attempts": row.attempts, "first_at": time(row.first_at), "last_at": time(row.last_at),
    }

    import(import as row) "import" {
        "id": row.id, "source_id": row.source_id, "file_name": row.file_name, "dry_run": row.dry_run,
        "leads": if row.newest_loud { "newest" } else { "none" }, "link_contacts": row.link_contacts,
        "total": row.total, "chats": row.chats, "done": row.done, "duplicates": row.duplicates,
        "skipped": row.skipped, "created_at": time(row.created_at), "finished_at": maybe(row.finished_at),
    }

    audit(audit as row) "audit" {
        "id": row.id, "at": time(row.at), "actor_kind": row.actor_kind, "actor_id": row.actor_id,
        "actor_name": row.actor_name, "action": row.action, "object": row.object, "detail": stored(&row.detail),
        "address": row.address, "outcome": row.outcome,
    }

    erasure(erasure as row) "erasure" {
        "id": row.id, "what": row.what, "counts": stored(&row.counts), "by": row.by,
        "created_at": time(row.created_at),
    }
}

pub(super) fn chat_email(row: &chat_email::Model, address: &str) -> Value {
    line(
        "chat_email",
        json!({
            "conversation_id": row.conversation_id, "email": address, "language": row.language,
            "asked_at": time(row.asked_at), "confirmed_at": maybe((row.confirmed_at > 0).then_some(row.confirmed_at)),
        }),
    )
}

pub(super) fn message(row: &message::Model) -> Value {
    let state = State::from_number(row.state).ok();
    line(
        "message",
        json!({
            "id": row.id, "source_id": row.source_id, "conversation_id": row.conversation_id,
            "direction": direction(row.direction), "status": state, "external_id": row.external_id,
            "amocrm_message_id": row.amocrm_message_id, "body": stored(&row.body),
            "error": if row.error.is_empty() { Value::Null } else { stored(&row.error) },
            "sent_at": time(row.sent_at), "accepted_at": time(row.accepted_at),
            "possible_duplicate": row.possible_duplicate,
        }),
    )
}

pub(super) fn ledger((source_id, day, way): (Uuid, i32, i16), (accepted, delivered, failed): (i64, i64, i64)) -> Value {
    let date = DateTime::<Utc>::UNIX_EPOCH.checked_add_signed(TimeDelta::days(i64::from(day))).unwrap_or_default();
    line(
        "ledger",
        json!({
            "source_id": source_id, "day": date.format("%Y-%m-%d").to_string(), "direction": direction(way),
            "accepted": accepted, "delivered": delivered, "failed": failed, "waiting": accepted - delivered - failed,
        }),
    )
}
