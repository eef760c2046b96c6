//! Data shared by the processes of one installation.

use crate::table::{Table, bigint, blob, tenant_table, text, uuid};

pub(super) const TABLES: &[Table] = &[CHORE, PACE, REST_PACE, VAULT_KEY];

/// Leases of background work that only one process may do. Rows belong to the nil tenant.
const CHORE: Table =
    tenant_table("chore", &["name"]).columns(&[text("name"), uuid("owner"), bigint("leased_until"), bigint("done_at")]);

/// Rate limits shared by all processes.
const PACE: Table = tenant_table("pace", &["key"]).columns(&[text("key"), bigint("whole_at")]);

/// The shared rate of calls to the REST API of each amoCRM account.
const REST_PACE: Table = tenant_table("rest_pace", &["account"])
    .columns(&[text("account"), bigint("next_at")])
    // Worthless after a second and written with every call, so a crash may empty it.
    .on_postgres("SET UNLOGGED");

/// Master keys that were replaced or are being added, encrypted, so that data encrypted with them stays readable.
const VAULT_KEY: Table = tenant_table("vault_key", &["id"]).columns(&[text("id"), blob("sealed"), bigint("noted_at")]);
