// Sends the order to the marketplace's backend. What comes back comes as notifications, through the widget.

const form = document.getElementById("order");
const said = document.getElementById("said");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = JSON.stringify(Object.fromEntries(new FormData(form)));
  const answer = await fetch("/demande", { method: "POST", headers: { "Content-Type": "application/json" }, body }).catch(() => null);
  said.textContent = answer?.ok ? "Demande envoyée." : "La demande n’est pas partie. Réessayez.";
});
