//! sea-orm entities: one file per table. Times are BIGINT milliseconds since 1970; JSON is stored as text.
//!
//! Small closed sets are stored as SMALLINT; their meaning is in `base::message` and `queue::accept_batch`.

#[macro_use]
mod tail;

pub mod account_month;
pub mod account_note;
pub mod account_usage;
pub mod alert;
pub mod alert_chat;
pub mod alert_device;
pub mod alert_notice;
pub mod alert_reader;
pub mod alert_webhook;
pub mod announcement;
pub mod api_key;
pub mod attempt;
pub mod audit;
pub mod chat_email;
pub mod chat_logo;
pub mod chat_site;
pub mod chore;
pub mod consent;
pub mod contact_task;
pub mod conversation;
pub mod conversation_alias;
pub mod crm_copy;
pub mod crm_subscription;
pub mod customer;
pub mod dead_letter;
pub mod dedupe;
pub mod directory;
pub mod erasure;
#[cfg(feature = "fixture")]
pub mod fixture;
pub mod found_message;
pub mod heartbeat;
pub mod history_look;
pub mod idempotency;
pub mod import;
pub mod import_line;
pub mod import_skip;
pub mod install_call;
pub mod integration;
pub mod job;
pub mod lane;
pub mod ledger_delta;
pub mod letter;
pub mod media;
pub mod member;
pub mod message;
pub mod message_template;
pub mod oauth_grant;
pub mod origin_task;
pub mod pace;
pub mod parked_status;
pub mod person;
pub mod push_key;
pub mod raw_hook;
pub mod replay;
pub mod rest_pace;
pub mod session;
pub mod source;
pub mod source_notice;
pub mod source_pulse;
pub mod stray_source;
pub mod tenant;
pub mod tenant_channel;
pub mod throttle;
pub mod turn;
pub mod vault_key;
pub mod vendor_event;
pub mod vendor_event_attempt;
