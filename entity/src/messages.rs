//! Chats, their messages, and the files of these.

tables! {
    /// One customer on one source, or one group chat.
    conversation(tenant_id: Uuid, id: Uuid) {
        pub source_id: Uuid,
        /// The messenger's id; empty while a conversation started by a manager has no dialogue.
        pub external_id: String,
        /// amojo's id of the chat, empty until known.
        pub amocrm_chat_id: String,
        /// JSON of the customer, see `base::message::Person`.
        pub contact: String,
        pub created_at: i64,
        /// amojo's id of the customer in a chat started by a manager; else empty.
        pub crm_person_id: String,
        /// amoCRM does not know our ids of this chat yet: the customer's first message has the ids of both sides.
        pub crm_unbound: bool,
        /// The digits of the phone number to which a manager wrote first, until the messenger has named the dialogue; else
        /// empty.
        pub awaited: String,
        /// See `base::message::SharedDialogue`.
        pub shared: i16,
        /// The CRM contact to which the chat is linked; 0 if none is known.
        pub contact_id: i64,
        pub contact_name: String,
        /// Why this contact, or why none: a word of `parom::contact::LinkReason`; empty if contacts were not searched yet.
        pub contact_why: String,
        /// When amoCRM was last asked about the contact.
        pub contact_seen_at: i64,
        /// Where the customer came from: the payload of a link, or the campaign parameters of a page; empty if unknown.
        pub visit: String,
        /// Since when the customer has blocked messages; 0 if they have not.
        pub shut_at: i64,
        /// When the messenger last reported whether they have.
        pub reach_at: i64,
        /// The messenger's current id, if it differs from `external_id`; else empty.
        pub moved_to: String,
        /// When the customer last wrote or reacted; 0: never.
        pub heard_at: i64,
        /// Until when the messenger lets us write freely whatever the source's window is, e.g. after an advertisement; 0 if
        /// it has not reported this.
        pub free_until: i64,
        /// Of the customer's phone number, see `parom::contact::phone_hash`; empty if it is unknown.
        pub phone_hash: String,
        /// Since when what the customer writes is stored and not passed on; 0: it is passed on.
        pub blocked_at: i64,
        /// The person or key that blocked the customer; empty for a new chat that was held back because there were too many.
        pub blocked_by: String,
    }, with {
        impl Entity {
            /// The chats of a CRM contact, by the index of contacts; none if no contact is known (0).
            pub fn of_contact(tenant_id: Uuid, contact_id: i64) -> Select<Self> {
                // Without the second condition the partial index is not used.
                Self::of_tenant(tenant_id).filter(Column::ContactId.eq(contact_id)).filter(Column::ContactId.ne(0))
            }

            /// The chats whose customers are blocked, or that are held.
            pub fn blocked(tenant_id: Uuid) -> Select<Self> {
                Self::of_tenant(tenant_id).filter(Column::BlockedAt.gt(0))
            }
        }

        impl Model {
            /// The messenger's current id of the conversation; empty while there is no dialogue. Its ids at amoCRM stay those it
            /// had first.
            pub fn goes_to(&self) -> &str {
                if self.moved_to.is_empty() || self.external_id.is_empty() { &self.external_id } else { &self.moved_to }
            }

            /// Whether the chat is held because there were too many new ones.
            pub fn is_held(&self) -> bool {
                self.blocked_at > 0 && self.blocked_by.is_empty()
            }
        }
    }

    /// All ids by which a conversation is known; several may lead to one conversation.
    conversation_alias(
        tenant_id: Uuid,
        /// See `queue::accept_batch::Side`.
        side: i16,
        /// The channel or source that defines the id space.
        origin: Uuid,
        external_id: String,
    ) {
        pub conversation_id: Uuid,
    }

    /// A link of a chat to a contact in amoCRM, or that it ended, and why. Rows are only added, and marked when they are undone.
    contact_link(
        tenant_id: Uuid,
        /// Says when. That of the conversation: from before links were recorded, when is unknown.
        id: Uuid,
    ) {
        pub conversation_id: Uuid,
        /// 0: the chat has no contact any more.
        pub contact_id: i64,
        pub contact_name: String,
        /// A word of `domain::contact::LinkReason`.
        pub reason: String,
        /// By which id of the customer: a word of `domain::contact::IdKind`; empty if it is unknown.
        pub id_kind: String,
        /// The id, masked.
        pub id_value: String,
        /// A word of `domain::contact::Sureness`.
        pub sureness: String,
        /// The name of the person or key that decided; empty if a rule did, or amoCRM.
        pub made_by: String,
        pub undone_at: Option<i64>,
        pub undone_by: String,
    }, with {
        impl Model {
            /// When it was made, in milliseconds since 1970; none if that was not recorded.
            pub fn made_at(&self) -> Option<i64> {
                (self.id != self.conversation_id).then(|| crate::made_at(self.id))
            }
        }
    }

    /// What a customer decided about marketing messages. Rows are only added; the last one of a chat or a phone number counts.
    marketing_consent(
        tenant_id: Uuid,
        /// Says when; that of the message, if one said it.
        id: Uuid,
    ) {
        /// Nil: the number has no chat yet.
        pub conversation_id: Uuid,
        /// As in `conversation.phone_hash`; empty if the number is unknown.
        pub phone_hash: String,
        /// Of messages: `marketing`.
        pub category: String,
        /// A word of `domain::marketing::Decision`.
        pub decision: String,
        /// A word of `domain::marketing::ConsentWay`.
        pub way: String,
        /// The name of the person or key that recorded it; empty if the customer said it in a message.
        pub made_by: String,
        /// What it is proved by outside of Parom, e.g. the name of a form.
        pub evidence: String,
    }

    /// A chat whose contact in amoCRM still has to be found, created, linked or renamed.
    contact_task(tenant_id: Uuid, conversation_id: Uuid) {
        /// Failed attempts.
        pub tries: i32,
        /// Creating a contact was started: it may exist even if no answer confirmed it.
        pub making: bool,
        /// An existing contact is linked even if the source leaves contacts to amoCRM, because an import requires it.
        pub linking: bool,
        /// The former title of a group whose contact still has it; else empty.
        pub renamed_from: String,
        /// Also when the claim of the current worker ends.
        pub next_try_at: i64,
        pub created_at: i64,
    }

    /// A conversation whose origin still has to be written into its lead in amoCRM.
    origin_task(tenant_id: Uuid, conversation_id: Uuid) {
        /// Failed attempts in a row.
        pub tries: i32,
        /// Writing a note was started: it may exist even if no answer confirmed it.
        pub noting: bool,
        /// Also when the claim of the current worker ends.
        pub next_try_at: i64,
        pub created_at: i64,
    }

    /// The e-mail address at which a visitor of a site's chat gets answers that they have not read, and when the next
    /// letter is due.
    chat_email(tenant_id: Uuid, conversation_id: Uuid) {
        pub source_id: Uuid,
        /// In the links of all its letters; a new request gets a new one, which ends the earlier links.
        pub link_id: Uuid,
        /// The address, encrypted; empty: the visitor has ended the letters.
        pub address: Vec<u8>,
        /// The visitor's language, as its code.
        pub language: String,
        pub asked_at: i64,
        /// When its reader confirmed it; 0: not yet, no answers are sent.
        pub confirmed_at: i64,
        /// Answers up to this position were seen or sent.
        pub after_position: i64,
        /// When a manager last answered.
        pub answered_at: i64,
        /// When the last letter was sent; 0: none.
        pub mailed_at: i64,
        /// When the row is worked on next, also the claim of the process that does it.
        pub next_at: Option<i64>,
        /// Failed attempts to send the current letter.
        pub tries: i32,
    }

    /// One message in either direction.
    message(tenant_id: Uuid, id: Uuid) {
        pub source_id: Uuid,
        pub conversation_id: Uuid,
        /// See `base::message::Direction`.
        pub direction: i16,
        /// See `base::message::State`; grows only.
        pub state: i16,
        /// The highest state that was reported to amoCRM.
        pub reported: i16,
        /// The messenger's id; empty until known.
        pub external_id: String,
        /// amojo's id; empty until known.
        pub amocrm_message_id: String,
        /// JSON, see `base::message::Body`.
        pub body: String,
        /// JSON `{code,text}` of a failed message, else empty.
        pub error: String,
        /// By the sender's clock, checked.
        pub sent_at: i64,
        pub accepted_at: i64,
        /// Days since 1970 of `accepted_at`.
        pub day: i32,
        /// Number of its delivery within the lane; 0 until delivered.
        pub position: i64,
        pub possible_duplicate: bool,
        /// The customer's reaction, an emoji; empty: none.
        pub client_reaction: String,
        /// The managers' last reaction.
        pub manager_reaction: String,
        /// When either changed last; 0: never.
        pub reacted_at: i64,
    }

    /// The ids of accepted events, by which repeats are recognised. Kept longer than the texts of messages.
    dedupe(
        tenant_id: Uuid,
        /// The channel or source that defines the id space.
        origin: Uuid,
        external_id: String,
        /// See `queue::accept_batch::EventKind`.
        event: i16,
    ) {
        pub message_id: Uuid,
        /// Hash over the content that must be equal in a repeat.
        pub fingerprint: i64,
        pub day: i32,
    }

    /// An event about a message that is not known yet: it waits for it.
    parked_status(tenant_id: Uuid, source_id: Uuid, external_id: String, id: Uuid) {
        pub payload: String,
        pub expires_at: i64,
        /// The kind of the letter that it becomes (`base::message::LetterKind`), with this payload: a status or a reaction,
        /// or the deletion of a message as an edit. [`NOTED`]: it becomes none.
        pub kind: i16,
    }, with {
        /// The kind of a row that only notes something about the id, and waits for nothing.
        pub const NOTED: i16 = 0;
    }

    /// The bytes of a request as received, kept for 7 days.
    raw_hook(
        /// Nil if the tenant could not be determined.
        tenant_id: Uuid,
        id: Uuid,
    ) {
        /// The entrance that received it.
        pub kind: String,
        /// Scope or source, as in the path.
        pub target: String,
        pub received_at: i64,
        /// JSON of the relevant headers, without secrets: `content-length` if the body is not stored.
        pub headers: String,
        /// Empty if the call belongs to no account here.
        pub body: Vec<u8>,
        /// Why it was not processed; empty if it was.
        pub quarantine: String,
    }

    /// A file of a message or an avatar: where it is stored, or from where it will be fetched.
    media(
        tenant_id: Uuid,
        /// An avatar's id is derived from its origin.
        id: Uuid,
    ) {
        pub source_id: Uuid,
        /// Nil: an upload that no message refers to yet.
        pub message_id: Uuid,
        pub direction: i16,
        pub kind: i16,
        pub state: i16,
        /// Encrypted, because it may contain secrets. Empty once it is no longer needed.
        pub origin: Vec<u8>,
        /// Safe to display and as a file name; empty if no name was given and nothing was fetched yet.
        pub file_name: String,
        /// Detected from the file's first bytes; empty while the file is not stored.
        pub mime_type: String,
        /// Bytes.
        pub size: i64,
        /// Hex SHA-256.
        pub checksum: String,
        /// Why it is not stored, as a word; empty if nothing failed.
        pub failure: String,
        /// Attempts to fetch it.
        pub tries: i32,
        /// The fetch that currently holds the claim; also the suffix of the stored file's name.
        pub epoch: i32,
        /// It is being fetched; `next_try_at` is when the lease ends.
        pub leased: bool,
        /// None if nothing is to be done.
        pub next_try_at: Option<i64>,
        pub created_at: i64,
        pub kept_at: Option<i64>,
        /// The last day (since 1970) on which it is kept.
        pub day: i32,
    }
}
