//! What a vendor can change about an account, as the API takes it.

use base::json::{Moment, given};
use domain::tenant::KeptChange;
use domain::tenant::plan::PlanChange;
use serde::Deserialize;
use utoipa::ToSchema;

/// Changes a vendor can make to an account; omitted fields keep their values.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TenantPatchIn {
    /// `true` stops delivery, `false` resumes it. No message is lost in between.
    #[serde(default)]
    pub suspended: Option<bool>,
    /// The maximum number of sources; null for the configured default.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i32>, minimum = 0, maximum = 100)]
    pub sources_limit: Option<Option<i32>>,
    /// `true` has amoCRM's time window switched off for this account, `false` on. amoCRM learns of it within a minute.
    #[serde(default)]
    pub time_window_disabled: Option<bool>,
    /// For how many days texts of messages are kept; null for the configured number. With 0 texts are erased as soon as
    /// their message is delivered, and files a day later.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u32>, maximum = 90)]
    pub texts_days: Option<Option<u32>>,
    /// For how many days raw hooks are kept: 1 to the configured number; null for the configured number.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u32>, minimum = 1)]
    pub hooks_days: Option<Option<u32>>,
    /// The same of delivery attempts.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u32>, minimum = 1)]
    pub attempts_days: Option<Option<u32>>,
    /// The same of undelivered messages, which can be sent again until then.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u32>, minimum = 1)]
    pub undelivered_days: Option<Option<u32>>,
    /// The same of the account's audit log.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u32>, minimum = 1)]
    pub audit_days: Option<Option<u32>>,
    /// A plan of the vendor's configuration; null for none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "start")]
    pub plan: Option<Option<String>>,
    /// The end of the trial; null for none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub trial_until: Option<Option<Moment>>,
    /// The end of what is paid; null if it is not known. After it and the configured days of grace nothing is delivered; a
    /// later time releases what waits, in order, before the response is sent.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub paid_until: Option<Option<Moment>>,
}

impl TenantPatchIn {
    pub(super) fn kept(&self) -> KeptChange {
        let Self { hooks_days, attempts_days, undelivered_days, audit_days, .. } = *self;
        KeptChange { hooks: hooks_days, attempts: attempts_days, undelivered: undelivered_days, audit: audit_days }
    }

    pub(super) fn plan(&self) -> PlanChange {
        let millis = |at: Option<Option<Moment>>| at.map(|at| at.map(|at| at.0));
        PlanChange {
            plan: self.plan.clone(),
            trial_until: millis(self.trial_until),
            paid_until: millis(self.paid_until),
        }
    }
}
