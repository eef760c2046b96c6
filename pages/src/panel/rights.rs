//! The rights of each role.

use super::MemberRole;

/// A right that not every role has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Right {
    /// See states, figures and routes of messages.
    Look,
    /// Read what customers and managers wrote.
    SeeTexts,
    /// Add, change, test, pause and delete sources.
    EditSources,
    /// Retry, skip and export messages.
    Retry,
    /// Join customers, undo their links.
    EditCustomers,
    /// Import earlier messages.
    Import,
    /// Create, change, submit for review and delete message templates.
    EditTemplates,
    /// Manage API keys and webhooks.
    ManageKeys,
    /// Renew amoCRM's consent, adopt or remove sources created in amoCRM.
    ManageAccount,
    SeeTeam,
    ManageTeam,
    SeeAudit,
    /// See and change retention periods, and export all data.
    SeeData,
    EraseData,
}

/// Each right with the lowest role that has it, and whether an operator viewing the account has it.
const RIGHTS: &[(Right, MemberRole, bool)] = &[
    (Right::Look, MemberRole::Viewer, true),
    (Right::SeeTexts, MemberRole::Viewer, false),
    (Right::EditSources, MemberRole::Administrator, false),
    (Right::Retry, MemberRole::Administrator, false),
    (Right::EditCustomers, MemberRole::Administrator, false),
    (Right::Import, MemberRole::Administrator, false),
    (Right::EditTemplates, MemberRole::Administrator, false),
    (Right::ManageKeys, MemberRole::Administrator, false),
    (Right::ManageAccount, MemberRole::Administrator, false),
    (Right::SeeTeam, MemberRole::Administrator, true),
    (Right::ManageTeam, MemberRole::Owner, false),
    (Right::SeeAudit, MemberRole::Administrator, true),
    (Right::SeeData, MemberRole::Owner, false),
    (Right::EraseData, MemberRole::Owner, false),
];

impl Right {
    /// Whether a role has the right; `operator`: an operator is viewing with this role.
    pub fn is_of(self, role: MemberRole, operator: bool) -> bool {
        let row = RIGHTS.iter().find(|(right, ..)| *right == self);
        row.is_some_and(|(_, least, for_operators)| role <= *least && (!operator || *for_operators))
    }
}
