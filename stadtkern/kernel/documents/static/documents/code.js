// What the camera opened stands behind the "#": into the form, and off.
const token = location.hash.slice(1);
if (token) {
  history.replaceState(null, "", location.pathname);
  document.getElementById("token").value = token;
  document.getElementById("code-form").submit();
}
