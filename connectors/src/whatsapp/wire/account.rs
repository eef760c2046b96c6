//! Reports about the account instead of a message: templates, numbers, the phone app's contacts
//! (whatsapp §9, §11 to §13).

use super::{Id, Many, Message, Refusal, Seconds, wire};

wire! {
    /// `message_template_status_update`, `message_template_quality_update`, `template_category_update`.
    TemplateUpdate {
        event: Id,
        message_template_id: Id,
        message_template_name: Id,
        message_template_language: Id,
        message_template_category: Id,
        reason: Id,
        rejection_info: Option<RejectionInfo>,
        other_info: Option<OtherInfo>,
        new_quality_score: Id,
        new_category: Id,
    }

    RejectionInfo {
        reason: Id,
        recommendation: Id,
    }

    OtherInfo {
        title: Id,
        description: Id,
    }

    /// `phone_number_quality_update`, `phone_number_name_update`. They identify the line only by its phone.
    NumberUpdate {
        display_phone_number: Id,
        event: Id,
        current_limit: Id,
        decision: Id,
        requested_verified_name: Id,
        rejection_reason: Id,
    }

    /// `account_update`.
    AccountUpdate {
        event: Id,
        phone_number: Id,
        ban_info: Option<BanInfo>,
        restriction_info: Many<Restriction>,
        violation_info: Option<Violation>,
    }

    BanInfo {
        waba_ban_state: Id,
        waba_ban_date: Id,
    }

    Restriction {
        restriction_type: Id,
        expiration: Seconds,
    }

    Violation {
        violation_type: Id,
    }

    /// `account_review_update`, `account_alerts`.
    WabaUpdate {
        decision: Id,
        alert_severity: Id,
        alert_status: Id,
        alert_type: Id,
        alert_description: Id,
    }

    /// One chat of the phone app's history.
    HistoryThread {
        id: Id,
        context: ThreadContext,
        messages: Many<Message>,
    }

    ThreadContext {
        wa_id: Id,
        user_id: Id,
        username: Id,
    }

    /// A change in the phone's address book.
    StateSync {
        action: Id,
    }

    /// A person's id changed.
    UserIdUpdate {
        user_id: Changed,
        wa_id: Id,
        timestamp: Seconds,
        errors: Many<Refusal>,
    }

    Changed {
        previous: Id,
        current: Id,
    }
}
