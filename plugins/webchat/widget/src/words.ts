// What the widget says, in French and English. A page may bring words of its own for other languages.

import type { Words } from "../herald-widget";

const en: Words = {
  title: "Notifications",
  open: "Open notifications",
  close: "Close",
  clear: "Clear all",
  empty: "Nothing new. What concerns you will show up here.",
  earlier: "Show earlier",
  unread: "{n} unread",
  today: "Today",
  yesterday: "Yesterday",
  now: "just now",
  reply: "Your answer",
  send: "Send",
  choose: "Your answer:",
  chosen: "You answered: {label}",
  withdrawn: "No longer current",
  mute: "Turn sound off",
  unmute: "Turn sound on",
  connecting: "Connecting…",
  offline: "Offline. Trying again…",
  "signed-out": "Please sign in again.",
  elsewhere: "Open in another window.",
  refused: "Notifications are not available.",
  retry: "Try again",
  failed: "That did not work. Please try again.",
  arrived: "New: {text}",
  reading: "New",
  more: "{n} new",
  info: "Information",
  confirmation: "Confirmation",
  status_update: "Update",
  provider_request: "Request",
  already_answered: "This was already answered: {label}",
  expired: "This can no longer be answered.",
  ambiguous: "Several questions are open: please use the buttons.",
  no_question: "There is no open question.",
  not_an_option: "That is not one of the possible answers.",
  not_yours: "This question does not exist any more.",
};

const fr: Words = {
  title: "Notifications",
  open: "Ouvrir les notifications",
  close: "Fermer",
  clear: "Tout effacer",
  empty: "Rien de nouveau. Ce qui vous concerne s’affichera ici.",
  earlier: "Afficher les précédentes",
  unread: "{n} non lues",
  today: "Aujourd’hui",
  yesterday: "Hier",
  now: "à l’instant",
  reply: "Votre réponse",
  send: "Envoyer",
  choose: "Votre réponse :",
  chosen: "Vous avez répondu : {label}",
  withdrawn: "N’est plus d’actualité",
  mute: "Couper le son",
  unmute: "Activer le son",
  connecting: "Connexion…",
  offline: "Hors ligne. Nouvel essai…",
  "signed-out": "Veuillez vous reconnecter.",
  elsewhere: "Ouvert dans une autre fenêtre.",
  refused: "Les notifications ne sont pas disponibles.",
  retry: "Réessayer",
  failed: "Cela n’a pas fonctionné. Veuillez réessayer.",
  arrived: "Nouveau : {text}",
  reading: "Nouveau",
  more: "{n} nouvelles",
  info: "Information",
  confirmation: "Confirmation",
  status_update: "Suivi",
  provider_request: "Demande",
  already_answered: "Une réponse a déjà été donnée : {label}",
  expired: "Il n’est plus possible de répondre.",
  ambiguous: "Plusieurs questions sont ouvertes : utilisez les boutons.",
  no_question: "Aucune question n’est ouverte.",
  not_an_option: "Cette réponse n’est pas proposée.",
  not_yours: "Cette question n’existe plus.",
};

export function wordsFor(lang: string, own: Partial<Words> = {}): Words {
  return { ...(/^fr\b/i.test(lang) ? fr : en), ...own };
}

/** Fills {name}. */
export function fill(words: string, values: Record<string, string | number>): string {
  return words.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}
