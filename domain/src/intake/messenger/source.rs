//! The source that a messenger's webhook is for.

use std::sync::Arc;

use actix_web::HttpResponse;
use base::i18n::{Language, Words};
use bytes::Bytes;
use connectors::{Connector, Settings};
use entity::source;
use queue::accept_batch::Priority;
use uuid::Uuid;

use crate::intake::IntakeContext;
use crate::intake::door::{RawCall, StillUnusable, later};
use crate::settings;
use crate::tenant;

/// Seconds after which a messenger should repeat a call that could not be stored.
pub(super) const RETRY_AFTER: u32 = 2;

/// The called source, with all that reading a call needs.
pub(super) struct CalledSource {
    pub app: Arc<IntakeContext>,
    pub source: Arc<source::Model>,
    pub connector: Arc<dyn Connector>,
    pub settings: Settings,
    pub words: Words,
    /// The account keeps no texts, so calls that were understood leave no bytes.
    pub keeps_no_texts: bool,
    /// See [`RawCall::again`].
    pub again: Option<StillUnusable>,
}

/// Why a source cannot be called.
pub(super) enum Missing {
    Unknown,
    /// It was deleted, or its credentials were erased.
    Gone,
    /// It could not be read now.
    Unavailable,
}

impl CalledSource {
    /// The source of an address. The error is the response: 404 for an unknown source, 410 for a deleted one, so that
    /// a messenger that still calls stops.
    pub async fn find(app: &Arc<IntakeContext>, kind: &str, source_id: &str) -> Result<Self, HttpResponse> {
        let source_id = Uuid::try_parse(source_id).map_err(|_| HttpResponse::NotFound().finish())?;
        Self::of(app, kind, source_id).await.map_err(|missing| match missing {
            Missing::Unknown => HttpResponse::NotFound().finish(),
            Missing::Gone => HttpResponse::Gone().finish(),
            Missing::Unavailable => later(RETRY_AFTER),
        })
    }

    /// A source by its id.
    pub async fn of(app: &Arc<IntakeContext>, kind: &str, source_id: Uuid) -> Result<Self, Missing> {
        let found = app.lookup.source_of_caller(source_id).await.map_err(|error| {
            tracing::error!(source.id = %source_id, %error, "the source of a messenger's webhook could not be looked up");
            Missing::Unavailable
        })?;
        let source = found.filter(|source| source.kind == kind).ok_or(Missing::Unknown)?;
        if source.deleted_at.is_some() || source.secrets.is_none() {
            return Err(Missing::Gone);
        }
        let tenant = app.lookup.tenant(source.tenant_id).await.map_err(|_| Missing::Unavailable)?;
        let words =
            tenant.as_deref().map_or(Words::new(Language::En), |tenant| tenant::words(&app.integrations, tenant));
        let keeps_no_texts = tenant.as_deref().is_some_and(tenant::keeps_no_texts);
        let settings = settings::open(app, &source).map_err(|error| {
            tracing::error!(source.id = %source_id, error = format!("{error:#}"), "a source's settings cannot be read");
            Missing::Unavailable
        })?;
        let connector = app.connectors.get(kind).cloned().ok_or(Missing::Unknown)?;
        Ok(Self { app: app.clone(), source, connector, settings, words, keeps_no_texts, again: None })
    }

    /// A call's bytes, under a new id.
    pub fn call(&self, body: Bytes) -> RawCall {
        RawCall {
            id: self.app.clock.uuid_v7(),
            tenant_id: self.source.tenant_id,
            source_id: Some(self.source.id),
            kind: self.connector.kind(),
            target: self.source.id.to_string(),
            received_at: self.app.clock.millis(),
            body,
            priority: Priority::Normal,
            limit_of: Some(self.source.id),
            again: self.again.clone(),
        }
    }
}
