//! Routes of sources, messages, conversations, undelivered letters, keys and webhooks.

use actix_web::web::{ServiceConfig, get, post};

use super::{conversations, keys, message, messages, sources, undelivered, webhooks, wizard};

/// Paths are relative to `/panel`.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .route("/sources", get().to(sources::list))
        .route("/sources/new", get().to(wizard::choose))
        .route("/sources/new", post().to(wizard::post_choose))
        .route("/sources/new/leave", get().to(wizard::ask_leave))
        .route("/sources/new/leave", post().to(wizard::leave))
        .route("/sources/new/{kind}/access", get().to(wizard::access))
        .route("/sources/new/{kind}/access", post().to(wizard::post_access))
        .route("/sources/new/{kind}/consent", get().to(wizard::consent))
        .route("/sources/new/{kind}/consented", get().to(wizard::consented))
        .route("/sources/new/{kind}/line", get().to(wizard::line))
        .route("/sources/new/{kind}/line", post().to(wizard::post_line))
        .route("/sources/new/{kind}/routing", get().to(wizard::routing))
        .route("/sources/new/{kind}/routing", post().to(wizard::post_routing))
        .route("/sources/new/{kind}/test", get().to(wizard::test))
        .route("/sources/strays/{id}/adopt", post().to(sources::adopt))
        .route("/sources/strays/{id}/remove", post().to(sources::remove_stray))
        .route("/sources/{id}", get().to(sources::get))
        .route("/sources/{id}", post().to(sources::save))
        .route("/sources/{id}/settings", get().to(sources::settings))
        .route("/sources/{id}/access", get().to(sources::access))
        .route("/sources/{id}/access", post().to(sources::change_access))
        .route("/sources/{id}/logo", post().to(sources::set_logo))
        .route("/sources/{id}/abilities", get().to(sources::abilities))
        .route("/sources/{id}/services", get().to(sources::services))
        .route("/sources/{id}/services", post().to(sources::save_services))
        .route("/sources/{id}/test", get().to(sources::test))
        .route("/sources/{id}/test", post().to(sources::run_test))
        .route("/sources/{id}/history", post().to(sources::bring_history))
        .route("/sources/{id}/pause", get().to(sources::ask_pause))
        .route("/sources/{id}/pause", post().to(sources::pause))
        .route("/sources/{id}/resume", get().to(sources::ask_resume))
        .route("/sources/{id}/resume", post().to(sources::resume))
        .route("/sources/{id}/delete", get().to(sources::ask_delete))
        .route("/sources/{id}/delete", post().to(sources::delete))
        .route("/sources/{id}/restore", post().to(sources::restore))
        .route("/sources/{id}/take-back", post().to(sources::take_back))
        .route("/sources/{id}/secret", get().to(sources::ask_secret))
        .route("/sources/{id}/secret", post().to(sources::rotate))
        .route("/sources/{id}/secret/made", get().to(sources::secret_made))
        .configure(of_messages)
        .configure(of_developers);
}

fn of_messages(config: &mut ServiceConfig) {
    config
        .route("/messages", get().to(messages::list))
        .route("/messages.csv", get().to(messages::download))
        .route("/messages/{id}", get().to(message::get))
        .route("/messages/{id}/again", get().to(message::ask_resend))
        .route("/messages/{id}/again", post().to(message::resend))
        .route("/messages/{id}/now", post().to(message::now))
        .route("/messages/{id}/stop", get().to(message::ask_stop))
        .route("/messages/{id}/stop", post().to(message::stop))
        .route("/messages/{id}/text", get().to(message::back))
        .route("/messages/{id}/text", post().to(message::text))
        .route("/messages/{id}/report", get().to(message::report))
        .route("/conversations", get().to(conversations::list))
        .route("/conversations/{id}", get().to(conversations::get))
        .route("/undelivered", get().to(undelivered::list))
        .route("/undelivered.csv", get().to(undelivered::download))
        .route("/undelivered/confirm", post().to(undelivered::ask))
        .route("/undelivered/decide", post().to(undelivered::decide))
        .route("/undelivered/stop/{id}", post().to(undelivered::stop));
}

fn of_developers(config: &mut ServiceConfig) {
    config
        .route("/keys", get().to(keys::list))
        .route("/keys", post().to(keys::create))
        .route("/keys/new", get().to(keys::form))
        .route("/keys/made", get().to(keys::made))
        .route("/keys/{id}/take", post().to(keys::take))
        .route("/keys/{id}/revoke", get().to(keys::ask))
        .route("/keys/{id}/revoke", post().to(keys::revoke))
        .route("/webhooks", get().to(webhooks::list))
        .route("/webhooks/signature", get().to(webhooks::form))
        .route("/webhooks/signature", post().to(webhooks::check))
        .route("/webhooks/{id}", get().to(webhooks::get))
        .route("/webhooks/{id}/again", post().to(webhooks::resend));
}
