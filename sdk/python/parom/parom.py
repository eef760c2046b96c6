"""A method for each operation. Generated from docs/openapi.json by sdk/generate: do not edit."""

from __future__ import annotations

from typing import Literal

from . import types as t
from .client import Client, Page, segment


class Parom(Client):
    """Parom's API: a method for each operation."""

    # --- sources ---

    def get_source(self, source_id: str) -> t.SourceOut:
        """Retrieves a source."""
        return self._call("GET", f"/api/v1/sources/{segment(source_id)}")

    def delete_source(self, source_id: str, *, idempotency_key: str | None = None) -> None:
        """Deletes a source."""
        self._call("DELETE", f"/api/v1/sources/{segment(source_id)}", idempotency_key=idempotency_key, keyed=True)

    def update_source(
        self,
        source_id: str,
        body: t.SourcePatchIn,
        *,
        idempotency_key: str | None = None,
        if_match: str | None = None,
    ) -> t.SourceOut:
        """Updates, pauses or resumes a source."""
        return self._call(
            "PATCH",
            f"/api/v1/sources/{segment(source_id)}",
            body=body,
            idempotency_key=idempotency_key,
            if_match=if_match,
            keyed=True,
        )

    def restore_source(self, source_id: str, *, idempotency_key: str | None = None) -> t.SourceOut:
        """Restores a source in amoCRM."""
        return self._call("POST", f"/api/v1/sources/{segment(source_id)}/restore", idempotency_key=idempotency_key, keyed=True)

    def rotate_source_secret(self, source_id: str, *, idempotency_key: str | None = None) -> t.SecretOut:
        """Rotates a source's secret."""
        return self._call(
            "POST", f"/api/v1/sources/{segment(source_id)}/rotate-secret", idempotency_key=idempotency_key, keyed=True
        )

    def get_shadow(self, source_id: str, *, day: str | None = None) -> t.ShadowOut:
        """Retrieves what a shadow saw."""
        return self._call("GET", f"/api/v1/sources/{segment(source_id)}/shadow", query={"day": day})

    def get_takeover(self, source_id: str) -> t.TakeoverOut:
        """Retrieves a takeover."""
        return self._call("GET", f"/api/v1/sources/{segment(source_id)}/takeover")

    def start_takeover(self, source_id: str, body: t.StartTakeover, *, idempotency_key: str | None = None) -> t.TakeoverOut:
        """Takes a line over."""
        return self._call(
            "POST", f"/api/v1/sources/{segment(source_id)}/takeover", body=body, idempotency_key=idempotency_key, keyed=True
        )

    def give_back_takeover(self, source_id: str, *, idempotency_key: str | None = None) -> t.TakeoverOut:
        """Gives a line back."""
        return self._call(
            "POST", f"/api/v1/sources/{segment(source_id)}/takeover/back", idempotency_key=idempotency_key, keyed=True
        )

    def plan_takeover(self, source_id: str) -> t.TakeoverPlanOut:
        """Checks a takeover."""
        return self._call("GET", f"/api/v1/sources/{segment(source_id)}/takeover/plan")

    def report_takeover(self, source_id: str) -> t.TakeoverReportOut:
        """Reports what a takeover came to."""
        return self._call("GET", f"/api/v1/sources/{segment(source_id)}/takeover/report")

    def test_source(self, source_id: str, *, idempotency_key: str | None = None) -> t.StepsOut:
        """Tests a source."""
        return self._call("POST", f"/api/v1/sources/{segment(source_id)}/test", idempotency_key=idempotency_key, keyed=True)

    def list_sources(self, tenant_id: str, *, limit: int | None = None, cursor: str | None = None) -> Page[t.SourceOut]:
        """Lists an account's sources."""
        return self._list(f"/api/v1/tenants/{segment(tenant_id)}/sources", query={"limit": limit, "cursor": cursor})

    def create_source(self, tenant_id: str, body: t.SourceIn, *, idempotency_key: str | None = None) -> t.SourceOut:
        """Creates a source."""
        return self._call(
            "POST", f"/api/v1/tenants/{segment(tenant_id)}/sources", body=body, idempotency_key=idempotency_key, keyed=True
        )

    def reconcile_sources(self, tenant_id: str, *, idempotency_key: str | None = None) -> t.ReconciledOut:
        """Compares the account's sources with amoCRM's."""
        return self._call(
            "POST", f"/api/v1/tenants/{segment(tenant_id)}/sources/reconcile", idempotency_key=idempotency_key, keyed=True
        )

    def list_stray_sources(self, tenant_id: str) -> t.StraysOut:
        """Lists stray sources."""
        return self._call("GET", f"/api/v1/tenants/{segment(tenant_id)}/stray-sources")

    def adopt_stray_source(
        self,
        tenant_id: str,
        amocrm_source_id: str,
        body: t.AdoptIn,
        *,
        idempotency_key: str | None = None,
    ) -> t.SourceOut:
        """Adopts a stray source."""
        return self._call(
            "POST",
            f"/api/v1/tenants/{segment(tenant_id)}/stray-sources/{segment(amocrm_source_id)}/adopt",
            body=body,
            idempotency_key=idempotency_key,
            keyed=True,
        )

    def remove_stray_source(self, tenant_id: str, amocrm_source_id: str, *, idempotency_key: str | None = None) -> None:
        """Deletes a stray source in amoCRM."""
        self._call(
            "POST",
            f"/api/v1/tenants/{segment(tenant_id)}/stray-sources/{segment(amocrm_source_id)}/remove",
            idempotency_key=idempotency_key,
            keyed=True,
        )

    # --- messages ---

    def get_message(self, id: str, *, tenant_id: str | None = None) -> t.MessageOut:
        """Retrieves a message."""
        return self._call("GET", f"/api/v1/messages/{segment(id)}", query={"tenant_id": tenant_id})

    def upload_file(
        self,
        source_id: str,
        body: bytes,
        *,
        file_name: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.UploadOut:
        """Uploads a file for messages."""
        return self._call(
            "POST",
            f"/api/v1/sources/{segment(source_id)}/media",
            body=body,
            type="application/octet-stream",
            query={"file_name": file_name},
            idempotency_key=idempotency_key,
            keyed=True,
        )

    def send_message(self, source_id: str, body: t.MessageIn, *, idempotency_key: str | None = None) -> t.AcceptedOut:
        """Sends a customer's message."""
        return self._call("POST", f"/api/v1/sources/{segment(source_id)}/messages", body=body, idempotency_key=idempotency_key)

    def delete_message(self, source_id: str, external_id: str, *, idempotency_key: str | None = None) -> t.EditOut:
        """Deletes a customer's message."""
        return self._call(
            "DELETE",
            f"/api/v1/sources/{segment(source_id)}/messages/{segment(external_id)}",
            idempotency_key=idempotency_key,
            keyed=True,
        )

    def edit_message(self, source_id: str, external_id: str, body: t.EditIn, *, idempotency_key: str | None = None) -> t.EditOut:
        """Edits a customer's message."""
        return self._call(
            "PATCH",
            f"/api/v1/sources/{segment(source_id)}/messages/{segment(external_id)}",
            body=body,
            idempotency_key=idempotency_key,
            keyed=True,
        )

    def report_status(
        self,
        source_id: str,
        message_id: str,
        body: t.StatusIn,
        *,
        idempotency_key: str | None = None,
    ) -> t.StatusOut:
        """Reports the status of a message."""
        return self._call(
            "POST",
            f"/api/v1/sources/{segment(source_id)}/messages/{segment(message_id)}/status",
            body=body,
            idempotency_key=idempotency_key,
        )

    def set_reaction(self, source_id: str, body: t.ReactionIn, *, idempotency_key: str | None = None) -> None:
        """Sets or removes a customer's reaction."""
        self._call("POST", f"/api/v1/sources/{segment(source_id)}/reactions", body=body, idempotency_key=idempotency_key)

    def show_typing(self, source_id: str, body: t.TypingIn) -> None:
        """Shows that a customer is typing."""
        self._call("POST", f"/api/v1/sources/{segment(source_id)}/typing", body=body)

    # --- conversations ---

    def list_conversations(
        self,
        source_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[t.ConversationOut]:
        """Lists a source's conversations."""
        return self._list(f"/api/v1/sources/{segment(source_id)}/conversations", query={"limit": limit, "cursor": cursor})

    def start_conversation(self, source_id: str, body: t.ChatIn, *, idempotency_key: str | None = None) -> t.ChatOut:
        """Starts a chat without a message."""
        return self._call(
            "POST", f"/api/v1/sources/{segment(source_id)}/conversations", body=body, idempotency_key=idempotency_key
        )

    def list_messages(
        self,
        source_id: str,
        conversation_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[t.MessageOut]:
        """Lists a conversation's messages."""
        return self._list(
            f"/api/v1/sources/{segment(source_id)}/conversations/{segment(conversation_id)}/messages",
            query={"limit": limit, "cursor": cursor},
        )

    # --- customers ---

    def block_customer(self, source_id: str, conversation_id: str, *, idempotency_key: str | None = None) -> None:
        """Blocks the customer of a conversation."""
        self._call(
            "POST",
            f"/api/v1/sources/{segment(source_id)}/conversations/{segment(conversation_id)}/block",
            idempotency_key=idempotency_key,
            keyed=True,
        )

    def get_identity(self, source_id: str, conversation_id: str) -> t.IdentityOut:
        """Lists a chat's contact links."""
        return self._call("GET", f"/api/v1/sources/{segment(source_id)}/conversations/{segment(conversation_id)}/identity")

    def undo_identity(self, source_id: str, conversation_id: str, link_id: str, *, idempotency_key: str | None = None) -> None:
        """Undoes a contact link."""
        self._call(
            "POST",
            f"/api/v1/sources/{segment(source_id)}/conversations/{segment(conversation_id)}/identity/{segment(link_id)}/undo",
            idempotency_key=idempotency_key,
            keyed=True,
        )

    def unblock_customer(self, source_id: str, conversation_id: str, *, idempotency_key: str | None = None) -> None:
        """Unblocks the customer of a conversation."""
        self._call(
            "POST",
            f"/api/v1/sources/{segment(source_id)}/conversations/{segment(conversation_id)}/unblock",
            idempotency_key=idempotency_key,
            keyed=True,
        )

    def erase_customer(
        self,
        tenant_id: str,
        body: t.CustomerErasureIn,
        *,
        idempotency_key: str | None = None,
    ) -> t.CustomerErasureCountOut | t.CustomerErasureOut:
        """Erases one customer's data."""
        return self._call(
            "POST",
            f"/api/v1/tenants/{segment(tenant_id)}/customers/erase",
            body=body,
            idempotency_key=idempotency_key,
            keyed=True,
        )

    def export_customer(self, tenant_id: str, body: t.CustomerExportIn) -> str:
        """Exports one customer's data."""
        return self._call("POST", f"/api/v1/tenants/{segment(tenant_id)}/customers/export", body=body)

    def list_marketing_consents(
        self,
        tenant_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[t.MarketingConsentOut]:
        """Lists decisions about marketing."""
        return self._list(f"/api/v1/tenants/{segment(tenant_id)}/marketing-consents", query={"limit": limit, "cursor": cursor})

    def record_marketing_consent(
        self,
        tenant_id: str,
        body: t.MarketingConsentIn,
        *,
        idempotency_key: str | None = None,
    ) -> t.MarketingConsentOut:
        """Records a decision about marketing."""
        return self._call(
            "POST",
            f"/api/v1/tenants/{segment(tenant_id)}/marketing-consents",
            body=body,
            idempotency_key=idempotency_key,
            keyed=True,
        )

    # --- templates ---

    def list_templates(self, source_id: str, *, limit: int | None = None, cursor: str | None = None) -> Page[t.TemplateOut]:
        """Lists a source's templates."""
        return self._list(f"/api/v1/sources/{segment(source_id)}/templates", query={"limit": limit, "cursor": cursor})

    def create_template(self, source_id: str, body: t.TemplateIn, *, idempotency_key: str | None = None) -> t.TemplateOut:
        """Creates a template in amoCRM."""
        return self._call(
            "POST", f"/api/v1/sources/{segment(source_id)}/templates", body=body, idempotency_key=idempotency_key, keyed=True
        )

    def bring_templates(self, source_id: str, *, idempotency_key: str | None = None) -> t.BroughtInOut:
        """Brings templates in."""
        return self._call(
            "POST", f"/api/v1/sources/{segment(source_id)}/templates/bring", idempotency_key=idempotency_key, keyed=True
        )

    def send_template(
        self,
        source_id: str,
        template_id: str,
        body: t.TemplateMessageIn,
        *,
        idempotency_key: str | None = None,
    ) -> t.TemplateMessageOut:
        """Sends an approved template."""
        return self._call(
            "POST",
            f"/api/v1/sources/{segment(source_id)}/templates/{segment(template_id)}/messages",
            body=body,
            idempotency_key=idempotency_key,
            keyed=True,
        )

    def report_template_review(
        self,
        source_id: str,
        template_id: str,
        body: t.ReviewIn,
        *,
        idempotency_key: str | None = None,
    ) -> t.TemplateOut:
        """Reports a template's review."""
        return self._call(
            "POST",
            f"/api/v1/sources/{segment(source_id)}/templates/{segment(template_id)}/review",
            body=body,
            idempotency_key=idempotency_key,
            keyed=True,
        )

    # --- webhooks ---

    def list_webhook_attempts(
        self,
        source_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[t.WebhookAttemptOut]:
        """Lists a source's webhook attempts."""
        return self._list(f"/api/v1/sources/{segment(source_id)}/webhook-attempts", query={"limit": limit, "cursor": cursor})

    def resend_webhook(self, id: str, *, tenant_id: str | None = None, idempotency_key: str | None = None) -> t.ResentOut:
        """Resends a webhook."""
        return self._call(
            "POST",
            f"/api/v1/webhook-attempts/{segment(id)}/resend",
            query={"tenant_id": tenant_id},
            idempotency_key=idempotency_key,
            keyed=True,
        )

    # --- imports ---

    def get_import(self, id: str, *, tenant_id: str | None = None) -> t.ImportOut:
        """Retrieves an import."""
        return self._call("GET", f"/api/v1/imports/{segment(id)}", query={"tenant_id": tenant_id})

    def cancel_import(self, id: str, *, tenant_id: str | None = None, idempotency_key: str | None = None) -> t.ImportOut:
        """Cancels an import permanently."""
        return self._call(
            "POST",
            f"/api/v1/imports/{segment(id)}/cancel",
            query={"tenant_id": tenant_id},
            idempotency_key=idempotency_key,
            keyed=True,
        )

    def pause_import(self, id: str, *, tenant_id: str | None = None, idempotency_key: str | None = None) -> t.ImportOut:
        """Pauses an import."""
        return self._call(
            "POST",
            f"/api/v1/imports/{segment(id)}/pause",
            query={"tenant_id": tenant_id},
            idempotency_key=idempotency_key,
            keyed=True,
        )

    def resume_import(self, id: str, *, tenant_id: str | None = None, idempotency_key: str | None = None) -> t.ImportOut:
        """Resumes an import."""
        return self._call(
            "POST",
            f"/api/v1/imports/{segment(id)}/resume",
            query={"tenant_id": tenant_id},
            idempotency_key=idempotency_key,
            keyed=True,
        )

    def start_import(
        self,
        source_id: str,
        body: bytes,
        type: Literal["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/x-ndjson", "text/csv"],
        *,
        dry_run: bool | None = None,
        leads: Literal["newest", "none"] | None = None,
        link_contacts: bool | None = None,
        columns: str | None = None,
        we: str | None = None,
        dates: Literal["day_first", "month_first"] | None = None,
        zone: str | None = None,
        idempotency_key: str | None = None,
    ) -> t.ImportOut:
        """Imports earlier messages from a file."""
        return self._call(
            "POST",
            f"/api/v1/sources/{segment(source_id)}/imports",
            body=body,
            type=type,
            query={"dry_run": dry_run, "leads": leads, "link_contacts": link_contacts, "columns": columns, "we": we, "dates": dates, "zone": zone},
            idempotency_key=idempotency_key,
            keyed=True,
        )

    # --- dead letters ---

    def replay_dead_letters(self, body: t.ReplayIn, *, idempotency_key: str | None = None) -> t.ReplayCountOut | t.ReplayOut:
        """Retries or removes many dead letters."""
        return self._call("POST", "/api/v1/dead-letter-replays", body=body, idempotency_key=idempotency_key, keyed=True)

    def get_replay(self, id: str, *, tenant_id: str | None = None) -> t.ReplayOut:
        """Retrieves a replay."""
        return self._call("GET", f"/api/v1/dead-letter-replays/{segment(id)}", query={"tenant_id": tenant_id})

    def cancel_replay(self, id: str, *, tenant_id: str | None = None, idempotency_key: str | None = None) -> t.ReplayOut:
        """Cancels a replay."""
        return self._call(
            "POST",
            f"/api/v1/dead-letter-replays/{segment(id)}/cancel",
            query={"tenant_id": tenant_id},
            idempotency_key=idempotency_key,
            keyed=True,
        )

    def list_dead_letters(
        self,
        *,
        source_id: str | None = None,
        reason: str | None = None,
        tenant_id: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[t.DeadLetterOut]:
        """Lists dead letters."""
        return self._list(
            "/api/v1/dead-letters",
            query={"source_id": source_id, "reason": reason, "tenant_id": tenant_id, "limit": limit, "cursor": cursor},
        )

    def delete_dead_letter(self, id: str, *, tenant_id: str | None = None, idempotency_key: str | None = None) -> None:
        """Deletes a dead letter permanently."""
        self._call(
            "DELETE",
            f"/api/v1/dead-letters/{segment(id)}",
            query={"tenant_id": tenant_id},
            idempotency_key=idempotency_key,
            keyed=True,
        )

    def retry_dead_letter(self, id: str, *, tenant_id: str | None = None, idempotency_key: str | None = None) -> t.RetriedOut:
        """Retries a dead letter."""
        return self._call(
            "POST",
            f"/api/v1/dead-letters/{segment(id)}/retry",
            query={"tenant_id": tenant_id},
            idempotency_key=idempotency_key,
            keyed=True,
        )

    # --- usage ---

    def get_ledger(self, source_id: str, *, from_: str | None = None, to: str | None = None) -> t.LedgerOut:
        """Retrieves a source's ledger."""
        return self._call("GET", f"/api/v1/sources/{segment(source_id)}/ledger", query={"from": from_, "to": to})

    def report_answers(
        self,
        tenant_id: str,
        *,
        from_: str | None = None,
        to: str | None = None,
        source_id: str | None = None,
    ) -> t.AnswersReportOut:
        """Reports how soon customers are answered."""
        return self._call(
            "GET",
            f"/api/v1/tenants/{segment(tenant_id)}/reports/answers",
            query={"from": from_, "to": to, "source_id": source_id},
        )

    def report_messages(
        self,
        tenant_id: str,
        *,
        from_: str | None = None,
        to: str | None = None,
        source_id: str | None = None,
    ) -> t.MessagesReportOut:
        """Counts an account's messages."""
        return self._call(
            "GET",
            f"/api/v1/tenants/{segment(tenant_id)}/reports/messages",
            query={"from": from_, "to": to, "source_id": source_id},
        )

    def get_account_usage(self, tenant_id: str, *, month: str | None = None) -> t.UsageOut:
        """Retrieves an account's monthly usage."""
        return self._call("GET", f"/api/v1/tenants/{segment(tenant_id)}/usage", query={"month": month})

    def list_usage(self, *, month: str | None = None, limit: int | None = None, cursor: str | None = None) -> Page[t.UsageOut]:
        """Lists all accounts' monthly usage."""
        return self._list("/api/v1/usage", query={"month": month, "limit": limit, "cursor": cursor})

    # --- account ---

    def get_own_key(self) -> t.MeOut:
        """Describes the key of the request."""
        return self._call("GET", "/api/v1/me")

    def list_accounts(self, *, limit: int | None = None, cursor: str | None = None) -> Page[t.TenantOut]:
        """Lists accounts, newest first."""
        return self._list("/api/v1/tenants", query={"limit": limit, "cursor": cursor})

    def get_account(self, tenant_id: str) -> t.TenantOut:
        """Retrieves an account."""
        return self._call("GET", f"/api/v1/tenants/{segment(tenant_id)}")

    def update_account(self, tenant_id: str, body: t.TenantPatchIn, *, idempotency_key: str | None = None) -> t.TenantOut:
        """Changes an account."""
        return self._call(
            "PATCH", f"/api/v1/tenants/{segment(tenant_id)}", body=body, idempotency_key=idempotency_key, keyed=True
        )

    def list_pipelines(self, tenant_id: str) -> t.PipelinesOut:
        """Lists the account's pipelines."""
        return self._call("GET", f"/api/v1/tenants/{segment(tenant_id)}/pipelines")

    # --- routes ---

    def get_routes(self, tenant_id: str) -> t.RoutesOut:
        """Retrieves the routes."""
        return self._call("GET", f"/api/v1/tenants/{segment(tenant_id)}/routes")

    def replace_routes(
        self,
        tenant_id: str,
        body: t.RoutesIn,
        *,
        idempotency_key: str | None = None,
        if_match: str | None = None,
    ) -> t.RoutesOut:
        """Replaces the routes."""
        return self._call(
            "PUT",
            f"/api/v1/tenants/{segment(tenant_id)}/routes",
            body=body,
            idempotency_key=idempotency_key,
            if_match=if_match,
            keyed=True,
        )

    def replay_routes(self, tenant_id: str, body: t.RoutesReplayIn) -> t.Replay:
        """Replays the last messages."""
        return self._call("POST", f"/api/v1/tenants/{segment(tenant_id)}/routes/replay", body=body)

    def try_routes(self, tenant_id: str, body: t.RoutesTryIn) -> t.Trial:
        """Tries the routes with one message."""
        return self._call("POST", f"/api/v1/tenants/{segment(tenant_id)}/routes/try", body=body)

    def list_route_versions(self, tenant_id: str) -> t.RouteVersionsOut:
        """Lists the versions of the routes."""
        return self._call("GET", f"/api/v1/tenants/{segment(tenant_id)}/routes/versions")

    def restore_route_version(
        self,
        tenant_id: str,
        number: str,
        *,
        idempotency_key: str | None = None,
        if_match: str | None = None,
    ) -> t.RoutesOut:
        """Restores a version of the routes."""
        return self._call(
            "POST",
            f"/api/v1/tenants/{segment(tenant_id)}/routes/versions/{segment(number)}/restore",
            idempotency_key=idempotency_key,
            if_match=if_match,
            keyed=True,
        )

    # --- sales ---

    def list_sales(self, tenant_id: str) -> t.SalesOut:
        """Lists the sales."""
        return self._call("GET", f"/api/v1/tenants/{segment(tenant_id)}/sales")

    def preview_sales(self, tenant_id: str) -> t.SalesPreviewOut:
        """Previews sales."""
        return self._call("GET", f"/api/v1/tenants/{segment(tenant_id)}/sales/preview")

    def get_sale_targets(self, tenant_id: str) -> t.SaleTargetsOut:
        """Retrieves the targets of sales."""
        return self._call("GET", f"/api/v1/tenants/{segment(tenant_id)}/sales/targets")

    def replace_sale_targets(
        self,
        tenant_id: str,
        body: t.SaleTargetsIn,
        *,
        idempotency_key: str | None = None,
    ) -> t.SaleTargetsOut:
        """Changes targets of sales."""
        return self._call(
            "PUT", f"/api/v1/tenants/{segment(tenant_id)}/sales/targets", body=body, idempotency_key=idempotency_key, keyed=True
        )

    # --- vendor events ---

    def list_vendor_events(
        self,
        *,
        tenant_id: str | None = None,
        status: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[t.VendorEventOut]:
        """Lists events for the vendor's webhooks."""
        return self._list(
            "/api/v1/vendor-events", query={"tenant_id": tenant_id, "status": status, "limit": limit, "cursor": cursor}
        )

    def list_vendor_event_attempts(
        self,
        id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[t.VendorEventAttemptOut]:
        """Lists an event's attempts."""
        return self._list(f"/api/v1/vendor-events/{segment(id)}/attempts", query={"limit": limit, "cursor": cursor})

    def resend_vendor_event(self, id: str, *, idempotency_key: str | None = None) -> t.VendorEventResentOut:
        """Resends an event."""
        return self._call("POST", f"/api/v1/vendor-events/{segment(id)}/resend", idempotency_key=idempotency_key, keyed=True)
