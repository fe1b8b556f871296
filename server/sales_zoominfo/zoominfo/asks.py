"""Every operation that has a builder, by its name in the table of operations."""

from __future__ import annotations

from . import bulk, company_master, copilot, structure, visitors, webhooks
from .asking import Builder
from .signals import enrich_intent, enrich_news, enrich_scoops

ASKS: dict[str, Builder] = {
    # signals of one company
    "enrich_intent": enrich_intent,
    "enrich_scoops": enrich_scoops,
    "enrich_news": enrich_news,
    # structure of one company
    "org_chart": structure.org_chart,
    "corporate_hierarchy": structure.corporate_hierarchy,
    "technologies": structure.technologies,
    "hashtags": structure.hashtags,
    "locations": structure.locations,
    "company_master": company_master.company_master,
    "identify_visitors": visitors.identify_visitors,
    # Copilot reads
    "similar_companies": copilot.similar_companies,
    "similar_contacts": copilot.similar_contacts,
    "recommended_contacts": copilot.recommended_contacts,
    "company_insights": copilot.company_insights,
    "account_summary": copilot.account_summary,
    "ask_account_summary": copilot.ask_account_summary,
    "buyer_personas": copilot.buyer_personas,
    "competitors": copilot.competitors,
    "ideal_company_profile": copilot.ideal_company_profile,
    "customer_settings": copilot.customer_settings,
    "products": copilot.products,
    # webhooks
    "list_webhooks": webhooks.list_webhooks,
    "get_webhook": webhooks.get_webhook,
    "create_webhook": webhooks.create_webhook,
    "update_webhook": webhooks.update_webhook,
    "delete_webhook": webhooks.delete_webhook,
    "validate_webhook": webhooks.validate_webhook,
    "renew_webhook_token": webhooks.renew_webhook_token,
    "webhook_subscription_types": webhooks.webhook_subscription_types,
    # bulk on ZoomInfo's side
    "bulk_search_contacts": bulk.bulk_search_contacts,
    "bulk_search_companies": bulk.bulk_search_companies,
    "bulk_enrich_contacts": bulk.bulk_enrich_contacts,
    "bulk_enrich_companies": bulk.bulk_enrich_companies,
    "bulk_job_status": bulk.bulk_job_status,
    "bulk_job_results": bulk.bulk_job_results,
}
